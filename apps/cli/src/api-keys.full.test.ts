import { useTestDb } from "@repo/db/testing";
import { authenticate } from "@repo/email/api";
import { beforeEach, expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

const test = await useTestDb();
beforeEach(() => test.db.apiKey.deleteMany());

const run = (...args: string[]) => runCommand(["api-keys", ...args], { DATABASE_URL: test.url });
const because = ["--reason", "the shop greets people", "--by", "operator"];

it("makes a key that works, shows it once, lists it, and revokes it", async () => {
  expect((await run()).out).toContain("There is no key");
  const made = await run("create", "shop", "--template", "welcome", ...because);
  expect(made).toMatchObject({ code: 0, err: "" });
  const [key = "", said = ""] = made.out.split("\n");
  expect(said).toMatch(/^This is the only time that it is shown\./);
  const id = /id is ([\da-f-]{36})\./.exec(said)?.[1] ?? "";
  expect(await authenticate(test.db, key)).toEqual({
    keyId: id,
    program: "shop",
    templates: ["welcome"],
  });
  const listed = await run();
  expect(listed.out).toContain(id);
  expect(listed.out).toMatch(/^shop +works +never +email_key_\S{4}… +\S+ +100 +welcome$/m);
  expect(listed.out).not.toContain(key);

  expect(await run("revoke", id, "--cancel", ...because)).toEqual({
    code: 0,
    out: `The key ${key.slice(0, 14)}… of shop does not work any more.\nIts waiting emails are cancelled: 0.\n`,
    err: "",
  });
  await expect(authenticate(test.db, key)).rejects.toThrow("valid key");
  expect((await run()).out).toMatch(/^shop +revoked /m);
  const actions = await test.db.operatorAction.findMany({ orderBy: { doneAt: "asc" } });
  expect(actions).toMatchObject(
    ["create-key", "revoke-key"].map((action) => ({
      action,
      subject: `shop ${id}`,
      doneBy: "operator",
      because: "the shop greets people",
    })),
  );
});

it("warns of a key for security email", async () => {
  const { out } = await run("create", "shop", "--template", "verify-email", ...because);
  expect(out).toContain("can send verify-email, with any link, to anybody");
});

it.each([
  [["create", "--template", "welcome"], "Which program"],
  [["create", "shop", "--template", "welcome"], "Say why"],
  [["create", "shop", ...because], "Name the templates"],
  [["create", "shop", "--template", "no-such", ...because], "--template is one of"],
  [["create", "Shop 1", "--template", "welcome", ...because], "The name of a program"],
  [["create", "shop", "--template", "welcome", "--per-hour", "0", ...because], "The limit is"],
  [["create", "shop", "welcome", ...because], "Only one at a time"],
  [["revoke", ...because], "Which key"],
  [["revoke", "shop", ...because], "There is no valid key shop"],
  [["remove", "shop"], "There is no command"],
])("refuses %j in one line", async (args, message) => {
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toContain(message);
  expect(err.trimEnd()).not.toContain("\n");
  expect(await test.db.apiKey.count()).toBe(0);
});
