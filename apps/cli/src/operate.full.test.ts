import { useTestDb } from "@repo/db/testing";
import type { ClosedReason } from "@repo/db";
import { beforeEach, expect, it } from "vitest";
import { refusesInOneLine, runCommand } from "./test-command.ts";
import { queue } from "./test-outbox.ts";

const test = await useTestDb();
beforeEach(() => test.db.message.deleteMany());

const run = (...args: string[]) => runCommand(args, { DATABASE_URL: test.url });
const because = ["--reason", "the sender is repaired", "--by", "operator"];

async function closed(to: string, closedReason: ClosedReason): Promise<string> {
  const id = await queue(test.db, to);
  const data = { state: "closed", closedReason, closedAt: new Date() } as const;
  await test.db.message.update({ where: { id }, data });
  return id;
}

/** The arguments that the command asks the operator to repeat. */
const confirmOf = ({ out }: { out: string }) => [
  "--confirm",
  /--confirm (\S+)/.exec(out)?.[1] ?? "",
];

const stateOf = async (id: string) =>
  (await test.db.message.findUniqueOrThrow({ where: { id } })).state;

it("retries one email, and the log tells who did it and why", async () => {
  const id = await closed("name@example.com", "failed");
  expect(await run("retry", id, ...because)).toEqual({
    code: 0,
    out: "1 email queued again.\n",
    err: "",
  });
  expect(await stateOf(id)).toBe("queued");
  const { out } = await run("log", id);
  expect(out).toMatch(/retry +by operator: the sender is repaired\n/);
  const again = await run("retry", id, ...because);
  expect(again).toEqual({
    code: 1,
    out: "",
    err: "This email is not sent again: it is still queued.\n",
  });
});

it("retries the emails of a filter after their number is confirmed, and says how many may arrive twice", async () => {
  const failed = await closed("one@example.com", "failed");
  const doubt = await closed("two@example.com", "unknown");
  const filter = ["retry", "--template", "verify-email", ...because];
  const asked = await run(...filter);
  expect(asked).toMatchObject({ code: 1, err: "" });
  expect(asked.out).toMatch(/^2 emails would be sent again\.\n1 of them .* may arrive twice\.\n/);
  const later = await closed("three@example.com", "failed");
  const other = await run(...filter, "--confirm", "2 emails");
  expect(other).toMatchObject({ code: 1, out: "", err: expect.stringContaining("Count again") });
  expect(await stateOf(failed)).toBe("closed");

  const done = await run(...filter, ...confirmOf(asked));
  expect(done).toMatchObject({ code: 0, out: expect.stringMatching(/^2 emails queued again/) });
  const states = await Promise.all([failed, doubt, later].map(stateOf));
  expect(states).toEqual(["queued", "queued", "closed"]);
  const repeated = await run(...filter, ...confirmOf(asked));
  expect(repeated).toMatchObject({ code: 1, out: expect.stringContaining("has changed since") });
  await run("retry", later, ...because);
  expect(await run(...filter)).toMatchObject({ code: 1, out: "No such email.\n" });
});

it("cancels waiting emails", async () => {
  const id = await queue(test.db, "name@example.com");
  const other = await queue(test.db, "other@example.com");
  const asked = await run("cancel", "--to", "NAME@example.com", ...because);
  expect(asked.out).toContain("1 email would be cancelled.\n");
  await run("cancel", "--to", "NAME@example.com", ...because, ...confirmOf(asked));
  expect([await stateOf(id), await stateOf(other)]).toEqual(["closed", "queued"]);
  expect((await run("cancel", other, ...because)).out).toBe("1 email cancelled.\n");
});

refusesInOneLine(
  (args) => run(...args),
  [
    [["retry", "--reason", "x"], "Which emails?"],
    [["retry", "01a227ee-43a1-78e3-98d0-449b0cd610e4", "--closed", "failed"], "Which emails?"],
    [["retry", "one", "two", "--reason", "x"], "Only one ID at a time"],
    [["retry", "--to", "a@example.com"], "Say why"],
    [["retry", "--closed", "sent", "--reason", "x"], "--closed is one of failed, unknown"],
    [["cancel", "--closed", "failed", "--reason", "x"], "leave out --closed"],
    [["retry", "nobody", "--reason", "x"], "There is no email nobody"],
    [["cancel", "--since", "soon", "--reason", "x"], "--since is a time"],
  ],
);
