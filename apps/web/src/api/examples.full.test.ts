import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createKey } from "@repo/email/api";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestApp } from "../test-app.ts";
import { example, lacks, runPython, runShell } from "./test-examples.ts";

let env: { APP_URL: string; EMAIL_API_KEY: string };
let close: () => void;
const app = await startTestApp();
beforeAll(async () => {
  const server = app.app.listen(0, "127.0.0.1");
  await once(server, "listening");
  close = () => server.close();
  const given = { program: "shop", templates: ["welcome"], perHour: 10 };
  const { key } = await createKey(app.db, given, { by: "operator", because: "a test" });
  const { port } = server.address() as AddressInfo;
  env = { APP_URL: `http://127.0.0.1:${port}`, EMAIL_API_KEY: key };
});
afterAll(() => close());

const queued = () =>
  app.db.message.findMany({ select: { id: true, template: true, to: true, state: true } });
const email = { template: "welcome", to: "sam@example.com", state: "queued" };

it("docs/api.md: curl queues an email", async (context) => {
  const missing = await lacks("curl", "--version");
  if (missing) context.skip(missing);
  const { id } = JSON.parse(await runShell(example("sh", "curl"), env)) as { id: string };
  expect(await queued()).toEqual([{ id, ...email }]);
});

it("docs/api.md: Python queues the same email, which is queued once, and reads its status", async (context) => {
  const missing = await lacks("python3", "--version");
  if (missing) context.skip(missing);
  const program = example("python", "urllib");
  for (let time = 0; time < 2; time++) {
    const printed = await runPython(program, env);
    const [row, ...others] = await queued();
    expect(others).toEqual([]);
    expect(row).toMatchObject(email);
    expect(printed).toContain(`'id': '${row?.id}'`);
    expect(printed).toContain("'status': 'on-its-way'");
  }
  const wrong = runPython(program, { ...env, EMAIL_API_KEY: "email_key_x" });
  await expect(wrong).rejects.toThrow("INVALID_API_KEY");
});
