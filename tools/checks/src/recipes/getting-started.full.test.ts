import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { freePort } from "@repo/testing/free-port";
import { afterAll, expect, test, vi } from "vitest";
import { copyRepository } from "../test-copy.ts";
import { type Step, follow, readSteps } from "./getting-started.ts";

// Follows docs/getting-started.md in a copy, step by step. Each test needs those before it.

const page = path.join(import.meta.dirname, "../../../../docs/getting-started.md");
const steps = readSteps(readFileSync(page, "utf8"));
const EMAILS = "packages/templates/src/emails";

let dev: ChildProcess | undefined;
const copy = await copyRepository();
afterAll(async () => {
  if (dev?.exitCode === null) {
    dev.kill("SIGTERM");
    await once(dev, "exit");
  }
  await copy.remove();
});

async function succeed(command: Promise<{ failed: boolean; output: string }>): Promise<void> {
  const { failed, output } = await command;
  expect(failed, output).toBe(false);
}

const step = (title: string): Step => {
  const found = steps.find((each) => each.title === title);
  if (!found) throw new Error(`docs/getting-started.md has no step "${title}"`);
  return found;
};

test("it is seven steps: two commands, four files to paste, two lines to add", () => {
  expect(steps).toHaveLength(7);
  expect(steps.flatMap(({ commands }) => commands)).toHaveLength(2);
  expect(steps.flatMap(({ files }) => Object.keys(files))).toHaveLength(4);
  // An import, its neighbour as a landmark, and the route.
  expect(steps.flatMap(({ addedToApp }) => addedToApp)).toHaveLength(3);
});

test("1. the command writes the email, its cases and a test that passes", async () => {
  await follow(copy, step("1. Create the email"));
  const files = readdirSync(path.join(copy.folder, EMAILS, "order-placed"));
  expect(files.toSorted()).toEqual(["schema.ts", "template.test.ts", "template.tsx"]);
  await succeed(copy.test("@repo/templates"));
});

test("2. and 3. its props and its text pass the checks of every email", async () => {
  await follow(copy, step("2. Declare its props"));
  await follow(copy, step("3. Write its text"));
  await succeed(copy.exec("tsc --noEmit -p packages/templates"));
  await succeed(copy.test("@repo/templates"));
});

test("4. to 6. the route queues it with its file, once for each order", async () => {
  await follow(copy, step("4. Add the route"));
  await follow(copy, step("5. Register the route"));
  await succeed(copy.exec("tsc --noEmit -p apps/web"));
  await follow(copy, step("6. Test it"));
});

test("7. pnpm dev takes an order, and the email arrives with list, picture and file", async () => {
  expect(step("7. Look at the inbox").commands).toEqual([]);
  const names = ["PORT", "PREVIEW_PORT", "SES_LOCAL_PORT", "SES_LOCAL_SMTP_PORT"] as const;
  const ports: Record<string, string> = {};
  for (const name of names) ports[name] = String(await freePort());
  const child = spawn(process.execPath, ["tools/dev/dev.mjs"], {
    cwd: copy.folder,
    env: { ...copy.env, ...ports },
    stdio: ["ignore", "pipe", "pipe"],
  });
  dev = child;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  await vi.waitUntil(() => output.includes("Ready in") || child.exitCode !== null, 600_000);
  expect(output).toContain("Ready in");

  const app = `http://localhost:${ports["PORT"]}`;
  const inbox = `http://localhost:${ports["SES_LOCAL_PORT"]}/inbox/messages`;
  const post = (to: string, body: object, cookie = "") =>
    fetch(app + to, {
      method: "POST",
      headers: { "content-type": "application/json", origin: app, cookie },
      body: JSON.stringify(body),
    });
  const cookieOf = (response: Response) =>
    response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
  const newest = async (template: string) => {
    const response = await fetch(`${inbox}?template=${template}&wait=60`);
    const [message] = (await response.json()) as { html: string; links: string[] }[];
    return message;
  };

  const account = { name: "Sam", email: "sam@example.com", password: "correct horse battery" };
  const browser = cookieOf(await post("/signup", account));
  const link = (await newest("verify-email"))?.links[0] ?? "";
  const token = new URL(link).searchParams.get("token");
  const session = cookieOf(await post("/verify-email", { token }, browser));
  expect((await post("/orders/new", { number: 17 }, session)).status).toBe(201);

  const email = await newest("order-placed");
  expect(email).toMatchObject({
    to: ["sam@example.com"],
    text: expect.stringContaining("* Rice, 2 kg"),
    attachments: [{ filename: "order-17.txt", contentType: "text/plain" }],
  });
  expect(email?.html).toContain("/order.png");
}, 900_000);
