import { useTestDb } from "@repo/db/testing";
import { beforeAll, expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

const EMAIL = "sam@example.com";
const test = await useTestDb();
beforeAll(async () => {
  await test.db.user.create({
    data: { name: "Sam", email: EMAIL, emailKey: EMAIL, passwordHash: "a secret" },
  });
});

const run = (...args: string[]) => runCommand(["person-role", ...args], { DATABASE_URL: test.url });
const roleNow = async () => (await test.db.user.findFirstOrThrow()).role;
const actions = () =>
  test.db.operatorAction.findMany({ orderBy: { doneAt: "asc" }, omit: { id: true, doneAt: true } });

it("grants a role and takes it away, and keeps who did it and why", async () => {
  expect((await run()).out).toContain("Nobody has a role");
  const reason = ["--reason", "on call", "--by", "Kim"];
  const granted = await run("Sam@EXAMPLE.com", "operator", ...reason);
  expect(granted).toMatchObject({ code: 0, err: "" });
  expect(await roleNow()).toBe("operator");
  expect((await run()).out).toContain(`operator  ${EMAIL}  Sam`);
  expect((await run(EMAIL, "operator", ...reason)).out).toContain("already");
  expect((await run(EMAIL, "none")).out).toContain("has no role now");
  expect(await roleNow()).toBeNull();
  const about = { action: "role", addressKey: EMAIL, messageId: null };
  expect(await actions()).toEqual([
    { ...about, subject: "operator", doneBy: "Kim", because: "on call" },
    { ...about, subject: "none", doneBy: expect.any(String), because: expect.any(String) },
  ]);
});

it("says what is wrong, and changes nothing", async () => {
  const nobody = await run("nobody@example.com", "operator");
  expect(nobody).toMatchObject({ code: 1, out: expect.stringContaining("no such account") });
  for (const args of [[EMAIL], [EMAIL, "admin"], [EMAIL, "operator", "kim@example.com"]])
    expect(await run(...args)).toMatchObject({ code: 1, err: expect.stringMatching(/\w/) });
  expect(await roleNow()).toBeNull();
  expect(await actions()).toHaveLength(2);
});
