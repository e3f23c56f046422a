import { stripVTControlCharacters } from "node:util";
import { createTestDb, useTestDb } from "@repo/db/testing";
import { applyEvents } from "@repo/email/events";
import { beforeEach, expect, it } from "vitest";
import { refusesInOneLine, runCommand } from "./test-command.ts";
import { queue } from "./test-outbox.ts";

const test = await useTestDb();
beforeEach(async () => {
  await test.db.message.deleteMany();
  await test.db.sendingStatus.update({ where: { id: 1 }, data: { stoppedBy: null } });
});

const log = (args: string[], url = test.url) => runCommand(["log", ...args], { DATABASE_URL: url });

async function queueTo(to: string): Promise<string> {
  const id = await queue(test.db, to);
  // Ids made in the same millisecond have no order.
  for (const made = Date.now(); Date.now() === made;);
  return id;
}

it("lists the newest first, as a table, without colours if the output is no terminal", async () => {
  const first = await queueTo("first@example.com");
  const second = await queueTo("second@example.com");
  const { code, out, err } = await log([]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [head, ...rows] = out.trimEnd().split("\n");
  expect(head).toMatch(/^QUEUED \(UTC\) +STATUS +TEMPLATE +ID +TO$/);
  expect(rows[0]).toMatch(`queued  verify-email  ${second}  second@example.com`);
  expect(rows[1]).toContain(first);
  expect(out).not.toContain("secret");
  expect(stripVTControlCharacters(out)).toBe(out);
});

it("filters by its options, and continues after the end of a list", async () => {
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push(await queueTo("name@example.com"));
  await queueTo("other@example.com");
  const { out } = await log(["--to", "NAME@example.com", "--state", "queued", "--limit", "2"]);
  expect(out).toContain(`--before ${ids[1]}`);
  expect(out).not.toMatch(`${ids[0]}|other@`);
  const older = await log(["--to", "name@example.com", "--before", ids[1]!, "--since", "1h"]);
  expect(older.out).toContain(ids[0]);
  expect(older.out).not.toMatch(`${ids[1]}|${ids[2]}|--before`);
  expect((await log(["--outcome", "bounced", "--template", "verify-email"])).out).toBe(
    "No email.\n",
  );
});

it("tells what happened to one email, without the control characters of a server's answer", async () => {
  const id = await queueTo("name@example.com");
  await applyEvents(test.db, [
    {
      sesMessageId: "0100",
      messageId: id,
      type: "Bounce",
      recipient: "name@example.com",
      dedupeKey: "1",
      occurredAt: new Date(),
      effect: "permanent",
      detail: { bounce: { type: "Permanent" }, diagnosticCode: "550 \u001b[2Jno such mailbox" },
    },
  ]);
  const { code, out } = await log([id]);
  expect(code).toBe(0);
  expect(out).toMatch(/To +name@example\.com\n +Template +verify-email\n +Status +bounced\n/);
  expect(out).toMatch(
    /queued\n.*Bounce +bounce\.type=Permanent, diagnosticCode=550 {2}\[2Jno such/,
  );
  expect(out).toMatch(/closed +sent\n$/);
});

it("says first whether sending is stopped, by what, and what to do", async () => {
  await test.db.sendingStatus.update({
    where: { id: 1 },
    data: { stoppedBy: "paused", stoppedAt: new Date(), stoppedError: "AccountSuspended: why" },
  });
  const { out } = await log([]);
  expect(out).toMatch(
    /^Sending is stopped: paused, since 20.*\n +Answer +AccountSuspended: why\n +Next +\S/,
  );
  expect(out).toMatch(/No email\.\n$/);
});

refusesInOneLine(log, [
  [["--state", "lost"], "--state is one of queued, sending, unknown, closed"],
  [["--since", "yesterday"], "--since is a time"],
  [["--since", "2030-13-45"], "--since is a time"],
  [["--since", "999999d"], "--since is a time"],
  [["--to", "a@example.com", "--to", "b@example.com"], "Give --to only once."],
  [["0197d8a0-0000-7000-8000-000000000001", "another"], 'leave out "another"'],
  [["--limit", "0"], "--limit is a number from 1 to 1000"],
  [["--to", "nobody"], "This is not an email address"],
  [["--form", "x"], "Unknown option '--form'"],
  [["name@example.com"], "To look for an address: --to name@example.com"],
  [["0197d8a0-0000-7000-8000-000000000001"], "There is no email 0197d8a0"],
]);

it("says in one line that the database is not there, or not migrated", async () => {
  const gone = await log([], "postgresql://user:secret@127.0.0.1:1/app");
  expect(gone).toMatchObject({ code: 1, err: expect.stringMatching(/^No connection.*\n$/) });
  expect(gone.err).not.toContain("secret");

  for (const [address, said] of [
    ["postgresql://user:50%off@127.0.0.1/app", "percent-encode"],
    [`${test.url}?sslmode=verify-full`, "remove sslmode"],
    [`${test.url}?sslmode=verify-full&sslrootcert=/missing.pem`, "name of that file"],
  ] as const) {
    const { code, err } = await log([], address);
    expect({ code, lines: err.trimEnd().split("\n").length }).toEqual({ code: 1, lines: 1 });
    expect(err).toContain(said);
    expect(err).not.toContain("50%");
  }

  const old = await createTestDb();
  await old.db.$executeRaw`ALTER TABLE messages DROP COLUMN last_error`;
  expect(await log([], old.url)).toMatchObject({
    code: 1,
    err: "The database lacks a migration: run pnpm db:deploy.\n",
  });
  await old.drop();
});
