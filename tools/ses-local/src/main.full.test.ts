import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "@repo/testing/free-port";
import { startSesLocal } from "./client.ts";
import { createClient, email } from "./testing/client.ts";

let data: string;
let children: ChildProcess[] = [];

beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), "ses-local-"));
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  children = [];
  await rm(data, { recursive: true, force: true });
});

function start(env: Record<string, string> = {}) {
  const child = fork(path.join(import.meta.dirname, "main.ts"), {
    env: {
      ...process.env,
      SES_LOCAL_PORT: "0",
      SES_LOCAL_SMTP_PORT: "0",
      SES_LOCAL_DATA: data,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  children.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.startsWith("{")) return `http://127.0.0.1:${JSON.parse(line).port}`;
  }
  throw new Error("It ended without being ready.");
}

/** Its message before it gave up. */
async function refusal(child: ChildProcess) {
  const [message, [code]] = await Promise.all([text(child.stderr!), once(child, "exit")]);
  return { message, code };
}

test("should start again on its port with every accepted copy after a kill", async () => {
  const options = { data, port: await freePort(), smtpPort: await freePort(), keep: 10 };
  const first = await startSesLocal(options);
  const client = createClient(first.url);
  await first.control({ faults: [{ fault: "lost-answer", share: 0.5 }] });
  const answered = new Map<string, string>();
  let next = 0;
  const sender = async () => {
    while (answered.size < 300) {
      const ourId = `m-${(next += 1)}`;
      const tags = [{ Name: "message-id", Value: ourId }];
      try {
        const { MessageId = "" } = await client.send(email({ EmailTags: tags }));
        answered.set(ourId, MessageId);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED") return;
      }
      if (answered.size === 100) await first.kill();
    }
  };
  await Promise.all(Array.from({ length: 16 }, sender));
  await expect(first.tally()).rejects.toThrow("does not answer");

  const again = await startSesLocal(options);
  expect(again).toMatchObject({ port: options.port, smtpPort: options.smtpPort });
  const tally = await again.tally();
  for (const [ourId, messageId] of answered) {
    expect(tally[ourId]).toEqual({ copies: 1, messageIds: [messageId] });
  }
  // It accepted more than it answered, and the newest ones are in the inbox.
  expect(Object.keys(tally).length).toBeGreaterThan(answered.size);
  const newest = await again.inbox();
  expect(newest).toHaveLength(10);
  for (const { tags, messageId } of newest) {
    expect(tally[tags["message-id"] ?? ""]?.messageIds).toEqual([messageId]);
  }
  const { MessageId } = await client.send(email());
  expect((await again.inbox())[0]).toMatchObject({ messageId: MessageId });
  client.destroy();
  await again.stop();
});

test("should refuse to start in production with one line that says why", async () => {
  const { message, code } = await refusal(start({ APP_ENV: "production" }));
  expect(code).toBe(1);
  expect(message).toMatch(/^ses-local: APP_ENV is production.*\n$/);
});

test.each(["SES_LOCAL_PORT", "SES_LOCAL_SMTP_PORT"])(
  "should name the taken port and %s",
  async (variable) => {
    const occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const { port } = occupant.address() as AddressInfo;
    const { message, code } = await refusal(start({ [variable]: String(port) }));
    occupant.close();
    expect(code).toBe(1);
    expect(message).toBe(
      `ses-local: Port ${port} is taken. Stop the program that uses it, or set ${variable} to another.\n`,
    );
  },
);

test.each(["http", "70000", "-1", "80.5"])("should refuse the port %j by name", async (port) => {
  const { message, code } = await refusal(start({ SES_LOCAL_PORT: port }));
  expect(code).toBe(1);
  expect(message).toBe(
    `ses-local: SES_LOCAL_PORT must be a port from 0 to 65535, not "${port}".\n`,
  );
});

test("should refuse an invalid number of messages, and name the setting", async () => {
  const { message } = await refusal(start({ SES_LOCAL_KEEP: "all" }));
  expect(message).toBe(
    'ses-local: SES_LOCAL_KEEP must be a number of messages from 0 to 100000, not "all".\n',
  );
});

test.skipIf(process.platform === "win32").each(["SIGTERM", "SIGINT"] as const)(
  "should end at once on %s with pages open and requests waiting",
  async (signal) => {
    const child = start();
    const url = await ready(child);
    const events = await fetch(`${url}/inbox/events`);
    const cut = fetch(`${url}/inbox/messages?wait=100`).catch(() => "cut");
    const reading = events.text().catch(() => "cut");
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(await cut).toBe("cut");
    expect(await reading).toBe("cut");
  },
);

test("should end when its parent closes the channel", async () => {
  const child = start();
  await ready(child);
  child.disconnect();
  expect(await once(child, "exit")).toEqual([0, null]);
});
