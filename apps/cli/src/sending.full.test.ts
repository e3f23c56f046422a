import { useTestDb } from "@repo/db/testing";
import { createHeartbeat } from "@repo/email/operations";
import { expect, it } from "vitest";
import { runCommand } from "./test-command.ts";
import { makeUnrendered, queue } from "./test-outbox.ts";

const test = await useTestDb();

const run = (...args: string[]) => runCommand(["sending", ...args], { DATABASE_URL: test.url });
const status = () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
const because = ["--reason", "a wrong list", "--by", "sam"];

it("tells how sending goes, pauses and resumes it for a reason, and slows it down for a time", async () => {
  expect(await run()).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^Sending is stopped: no worker runs\.\n {2}Next: Start the worker/),
  });
  await createHeartbeat(test.db, "1").beat(0);
  expect(await run()).toMatchObject({
    code: 0,
    out: "Email is sent.\n0 emails wait.\n24h: 0 sent, 0 bounced, 0 complained about.\n7d: 0 sent, 0 bounced, 0 complained about.\n",
  });
  expect(await run("pause")).toMatchObject({ code: 1, err: expect.stringContaining("--reason") });
  expect(await run("pause", "--for", "2h", ...because)).toMatchObject({
    code: 1,
    err: expect.stringContaining("--for is for slow"),
  });
  expect(await run("pause", ...because)).toMatchObject({ code: 0 });
  expect(await status()).toMatchObject({ paused: "non-essential", pausedBy: "sam" });
  expect(await run("pause", "--all", ...because)).toMatchObject({ code: 0 });
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toMatch(
    /^Sending is stopped: sam has paused it: a wrong list, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\n/,
  );
  expect((await runCommand(["log"], { DATABASE_URL: test.url })).out).toMatch(
    /^All sending is paused by sam, since .*\n {2}Reason {2}a wrong list\n {2}Next {4}pnpm email:sending resume --reason/,
  );
  expect(await run("pause", ...because)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^Everything is paused .* by sam: a wrong list\. .* --replace\.\n$/),
  });
  expect(await status()).toMatchObject({ paused: "all" });
  expect(await run("pause", "--replace", ...because)).toMatchObject({ code: 0 });
  expect(await status()).toMatchObject({ paused: "non-essential" });
  expect(await run("resume", ...because)).toMatchObject({ code: 0 });
  expect((await status()).paused).toBeNull();

  expect(await run("slow", "5", ...because)).toMatchObject({
    code: 1,
    err: expect.stringContaining("--for"),
  });
  expect(await run("slow", "5", "--for", "2h", ...because)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^At most 5 emails a second until [\d-]{10} [\d:]{8}\.\n$/),
  });
  expect(await status()).toMatchObject({ loweredRate: 5 });
  expect((await run()).out).toMatch(/^Sending is slowed: an operator has lowered the rate to 5 /);
  expect(await run("slow", "off", ...because)).toMatchObject({ code: 0 });
  expect((await status()).loweredRate).toBeNull();
  expect(await run("stop", ...because)).toMatchObject({ code: 1 });
});

it("says that no email can be rendered, why, and what to do", async () => {
  await createHeartbeat(test.db, "1").beat(0);
  await makeUnrendered(test.db, await queue(test.db, "sam@example.com"));
  expect((await run()).out).toMatch(/^Sending is slowed: 1 email cannot be rendered, since /);
  await makeUnrendered(test.db, await queue(test.db, "kim@example.com"));
  const { code, out } = await run();
  expect(code).toBe(1);
  expect(out).toMatch(
    /^Sending is stopped: none of the newest emails can be rendered, since [\d-]{10} [\d:]{8}\.\n {2}The error: RangeError: cannot be rendered\n {2}Next: Repair the template/,
  );
});
