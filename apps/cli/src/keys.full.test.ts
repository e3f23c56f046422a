import { useTestDb } from "@repo/db/testing";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { templates } from "@repo/templates/registry";
import { expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

const test = await useTestDb();

const [a, b, secret] = ["a", "b", "s"].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
];
const [{ id: idA }] = keysOf(a);
const [{ id: idB }] = keysOf(b);

const run = (EMAIL_KEY: string, ...args: string[]) =>
  runCommand(["keys", ...args], { DATABASE_URL: test.url, AUTH_SECRET: secret, EMAIL_KEY });

it("counts what is stored under each key, and tells which key can go and which is missing", async () => {
  const unused = await run(`${b},${a}`);
  expect(unused).toMatchObject({ code: 0, err: "" });
  expect(unused.out).toContain(`AUTH_SECRET\n  ${keysOf(secret)[0].id}  newest: nothing\n`);
  expect(unused.out).toContain(
    `EMAIL_KEY\n  ${idB}  newest: nothing\n  ${idA}  older: nothing: it can be taken out\n`,
  );
  const enqueue = createEnqueue({ keys: keysOf(a), templates });
  const message = {
    template: "verify-email",
    to: "name@example.com",
    props: { url: "https://app.example.com", expiresInMinutes: 60 },
  } as const;
  await enqueue(test.db, message);
  const { id } = await enqueue(test.db, { ...message, idempotencyKey: "one" });
  const { out } = await run(`${b},${a}`);
  expect(out).toContain(`${idB}  newest: nothing\n`);
  expect(out).toContain(`${idA}  older: 2 emails with their contents, 1 idempotency key\n`);

  const lacking = await run(b);
  expect(lacking.code).toBe(1);
  expect(lacking.out).toContain(`${idA}  missing: add it to the end of the setting: 2 emails`);
  expect((await run("")).out).toContain(`EMAIL_KEY (not set here)\n  ${idA}  key: 2 emails`);
  for (const text of [a, b, secret, id]) expect(out + lacking.out).not.toContain(text);
});
