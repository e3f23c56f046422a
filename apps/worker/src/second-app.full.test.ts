import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { createTestDb } from "@repo/db/testing";
import { keysOf } from "@repo/email/keys";
import { createSealer } from "@repo/email/seal";
import { expect, it, onTestFinished } from "vitest";

const EMAIL_KEY = "a key of the tests of 32 characters";
const folder = import.meta.dirname;

it("runs the program of docs/second-app.md: it queues each email once, and the worker's key opens it", async () => {
  const page = await readFile(path.join(folder, "../../../docs/second-app.md"), "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
  // Where its imports are found.
  const file = path.join(folder, `test-second-app-${randomUUID()}.ts`);
  // A clone may have no welcome email. This one has the same props.
  await writeFile(file, code.replace('"welcome"', '"password-changed"'));
  onTestFinished(() => rm(file));
  const { db, url: DATABASE_URL, drop } = await createTestDb();
  onTestFinished(drop);
  const email = "sam@example.com";
  await db.user.create({
    data: { name: "Sam", email, emailKey: email, passwordHash: "" },
  });

  const env = { DATABASE_URL, EMAIL_KEY, APP_URL: "https://app.example.com" };
  for (let i = 0; i < 2; i++) await promisify(execFile)(process.execPath, [file], { env });
  const [message, ...more] = await db.message.findMany();
  expect(more).toEqual([]);
  expect(message).toMatchObject({ to: email, template: "password-changed", state: "queued" });
  expect(createSealer(keysOf(EMAIL_KEY)).open(message!.id, message!.payload!)).toMatchObject({
    props: { name: "Sam", url: "https://app.example.com/account" },
  });
});
