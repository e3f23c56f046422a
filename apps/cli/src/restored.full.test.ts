import { useTestDb } from "@repo/db/testing";
import { beforeEach, expect, it } from "vitest";
import { refusesInOneLine, runCommand } from "./test-command.ts";
import { queue } from "./test-outbox.ts";

const test = await useTestDb();
beforeEach(async () => {
  await test.db.message.deleteMany();
  await test.db.sendingStatus.update({ where: { id: 1 }, data: { stoppedBy: null } });
});

const run = (...args: string[]) => runCommand(["restored", ...args], { DATABASE_URL: test.url });
const because = ["--reason", "a snapshot of this morning", "--by", "operator"];

const queueOne = () => queue(test.db, "name@example.com");
const find = (id: string) => test.db.message.findUniqueOrThrow({ where: { id } });

it("says that no restore has stopped sending, and then changes nothing", async () => {
  const id = await queueOne();
  expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining("--stop") });
  expect(await run("--cancel", ...because)).toMatchObject({
    code: 1,
    out: "",
    err: expect.stringContaining("No restore has stopped sending"),
  });
  expect(await find(id)).toMatchObject({ state: "queued" });
});

it("stops sending, shows what waits, and cancels it, but not what was queued later", async () => {
  const before = await queueOne();
  const stopped = await run("--stop", ...because);
  expect(stopped).toMatchObject({ code: 1, err: "" });
  const later = await queueOne();
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toMatch(
    /^Sending is stopped: restored, since .*\n {2}Reason {2}operator says: a snapshot of this morning\n/,
  );
  expect(out).toMatch(/verify-email +1 +0 +20/);
  expect(await find(before)).toMatchObject({ state: "queued" });
  expect((await run("--cancel", ...because)).out).toBe(
    "1 queued: cancelled. 0 in doubt: closed as unknown.\nSending goes on.\n",
  );
  expect(await find(before)).toMatchObject({ closedReason: "cancelled" });
  expect(await find(later)).toMatchObject({ state: "queued" });
  expect((await run()).code).toBe(0);
});

it("lets what waits be sent", async () => {
  const id = await queueOne();
  await run("--stop", ...because);
  expect((await run("--send", ...because)).out).toMatch(/^1 queued: will be sent\./);
  expect(await find(id)).toMatchObject({ state: "queued" });
  expect(await test.db.sendingStatus.findUnique({ where: { id: 1 } })).toMatchObject({
    stoppedBy: null,
  });
});

refusesInOneLine(
  (args) => run(...args),
  [
    [["--cancel", "--send", "--reason", "x"], "Only one of"],
    [["--cancel"], "Say why"],
  ],
);
