import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { freePort } from "@repo/testing/free-port";
import { startSesLocal } from "../client.ts";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClient, email } from "../testing/client.ts";
import { startSubscriber } from "../testing/subscriber.ts";

let children: ChildProcess[] = [];

const subscriber = await startSubscriber();
const ses = await startSesLocal({ webhook: subscriber.url });
beforeAll(async () => {
  subscriber.sns = ses.url;
  await ses.subscribed();
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  children = [];
});
afterAll(async () => {
  await ses.stop();
  await subscriber.stop();
});

/** Runs a command as the root's script does, without a terminal. */
function start(args: string[], port = ses.port) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "main.ts"), ...args], {
    env: { ...process.env, SES_LOCAL_PORT: String(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function run(args: string[], port?: number) {
  const child = start(args, port);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { out, err, code: code as number | null };
}

/** The next line that a command prints. */
function lines(child: ReturnType<typeof start>) {
  const all = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async () => (await all.next()).value as string | undefined;
}

async function send(to: string): Promise<string> {
  const client = createClient(ses.url);
  const { MessageId } = await client.send(
    email({ Destination: { ToAddresses: [to] }, ConfigurationSetName: "app" }),
  );
  client.destroy();
  return MessageId!;
}

test("ses:trigger publishes an event about the newest email to an address, and prints its deliveries", async () => {
  await send("sam@example.org");
  const { out, err, code } = await run(["trigger", "bounce", "--to", "sam@example.org"]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out).toMatch(/^Bounce {2}Permanent/);
  expect(out).toContain('About    "Hello"');
  expect(out).toMatch(/Webhook +200 in \d+ ms {2}http/);
  expect(out).toMatch(/Again +pnpm ses:listen --replay \S+/);
  expect(stripVTControlCharacters(out)).toBe(out);
});

test("ses:trigger publishes an event about an unknown email if there is none to the address", async () => {
  const { out } = await run(["trigger", "complaint", "--to", "nobody@example.org"]);
  expect(out).toMatch(/^Complaint/);
  expect(out).toContain("About    an unknown email");
});

test("ses:listen prints each event with the app's answer, and ends cleanly", async () => {
  const child = start(["listen"]);
  const next = lines(child);
  expect(await next()).toMatch(`Listening to http://localhost:${ses.port}`);
  await run(["trigger", "soft-bounce", "--to", "one@example.org"]);
  const line = await next();
  expect(line).toMatch(
    /^\d\d:\d\d:\d\d {2}Bounce +one@example\.org +Transient\S* .* 200 in \d+ ms/,
  );
  child.kill("SIGINT");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test.each([
  [["listen"]],
  [["listen", "--replay", "x"]],
  [["trigger", "bounce", "--to", "a@example.org"]],
])("%j names the command that starts ses-local, if it does not run", async (args) => {
  const port = await freePort();
  const { out, err, code } = await run(args, port);
  expect({ out, code }).toEqual({ out: "", code: 1 });
  expect(err).toMatch(
    `ses-local does not answer on http://localhost:${port}. Start it with: pnpm dev`,
  );
  expect(err.trimEnd()).not.toContain("\n");
});

test.each([
  [["trigger", "bounced", "--to", "a@example.org"], /bounce, soft-bounce, .* not "bounced"/],
  [["trigger", "bounce", "sam@example.org"], /not "bounce sam@example.org"/],
  [["trigger", "bounce"], /pnpm ses:trigger bounce --to name@example.org/],
  [["listen", "--relpay", "x"], /Unknown option '--relpay'/],
  [["lisen"], /Commands: listen, trigger/],
])("refuses %j in one line", async (args, message) => {
  const { out, err, code } = await run(args);
  expect({ out, code }).toEqual({ out: "", code: 1 });
  expect(err).toMatch(message);
  expect(err.trimEnd()).not.toContain("\n");
});
