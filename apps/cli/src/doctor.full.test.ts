import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { useTestDb } from "@repo/db/testing";
import { createHeartbeat } from "@repo/email/operations";
import { exampleEnv } from "@repo/testing/example-env";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { createClients } from "./doctor/clients.ts";
import type { Finding } from "./doctor/finding.ts";
import { type Answers, startAws } from "./doctor/test/aws.ts";
import * as well from "./doctor/test/well.ts";
import { waitForVerification } from "./doctor/wait.ts";
import { runCommand } from "./test-command.ts";

let answers: Answers = well.aws;

const test = await useTestDb();
const aws = await startAws(() => answers);
afterAll(() => aws.close());

const doctor = (...args: string[]) =>
  runCommand(["doctor", ...args], {
    ...exampleEnv(),
    DATABASE_URL: test.url,
    AWS_ENDPOINT_URL_SESV2: aws.url,
  });

it("exits with 1 if something is broken, else with 0, and prints no secret", async () => {
  const SnsDestination = { TopicArn: exampleEnv()["SES_EVENTS_TOPIC_ARN"] };
  answers = {
    ...well.aws,
    "ses:GetEmailIdentity": well.identity,
    "ses:GetConfigurationSetEventDestinations": {
      EventDestinations: [{ ...well.destination, SnsDestination }],
    },
  };
  const broken = await doctor();
  expect(broken).toMatchObject({ code: 1, err: "" });
  expect(broken.out).toMatch(/^✗ worker .*\n +→ Start it: pnpm dev/m);
  await createHeartbeat(test.db, "test").beat(0);
  const fine = await doctor();
  expect(fine.out).not.toContain("✗ ");
  expect(fine).toMatchObject({ code: 0, err: "" });
  expect(fine.out).toMatch(/^✓ migrations/m);
  const { out } = await doctor("--json", "--to", "sam@example.com");
  const findings = JSON.parse(out) as Finding[];
  expect(findings).toContainEqual({
    check: "suppression",
    status: "ok",
    found: "sam@example.com is not on our list",
  });
  expect(broken.out + fine.out + out).not.toContain("development-only");
});

it("uses the profile that the shell names, and not a key of the settings or of the shell", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "profile-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "credentials");
  writeFileSync(file, "[me]\naws_access_key_id = AKIAMINE\naws_secret_access_key = mine\n");
  const keys = new Set<string>();
  answers = { "*": (_subject, accessKey) => (keys.add(accessKey), well.missing) };
  // The settings come from .env.example, which has a key.
  const env = { PATH: process.env.PATH, AWS_ENDPOINT_URL_SESV2: aws.url, DATABASE_URL: test.url };
  await runCommand(["doctor"], env);
  expect([...keys]).toEqual(["local"]);
  keys.clear();
  const profile = { AWS_PROFILE: "me", AWS_SHARED_CREDENTIALS_FILE: file };
  expect((await runCommand(["doctor"], { ...env, ...profile })).err).toBe("");
  expect([...keys]).toEqual(["AKIAMINE"]);
  keys.clear();
  // As in a shell that has loaded .env.production.
  const loaded = { AWS_ACCESS_KEY_ID: "AKIAAPP", AWS_SECRET_ACCESS_KEY: "app" };
  expect((await runCommand(["doctor"], { ...env, ...loaded, ...profile })).err).toBe("");
  expect([...keys]).toEqual(["AKIAMINE"]);
});

it("ends without an error when nobody reads its output any more", async () => {
  const child = spawn(process.execPath, ["src/main.ts", "doctor"], {
    cwd: `${import.meta.dirname}/..`,
    env: { ...exampleEnv(), DATABASE_URL: test.url, AWS_ENDPOINT_URL_SESV2: aws.url },
  });
  child.stdout.destroy();
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
});

it("refuses --to with a text that is no address", async () => {
  expect(await doctor("--to", "sam")).toMatchObject({ code: 1, out: "" });
});

it("waits while SES verifies the sender, says what for, and repeats no line", async () => {
  let asked = 0;
  answers = {
    "ses:GetEmailIdentity": () => ({
      ...well.identity,
      DkimAttributes: {
        ...well.identity.DkimAttributes,
        Status: ++asked < 3 ? "PENDING" : "SUCCESS",
      },
    }),
  };
  process.env["AWS_ACCESS_KEY_ID"] = "local";
  process.env["AWS_SECRET_ACCESS_KEY"] = "local";
  const clients = createClients("eu-west-1", { endpoint: aws.url });
  const lines: string[] = [];
  await waitForVerification(clients, "hello@example.org", (line) => void lines.push(line), 1);
  clients.close();
  expect(asked).toBe(3);
  expect(lines).toEqual([
    "Without --wait, pnpm email:doctor shows whether the DNS records are there.",
    "SES is verifying DKIM of example.org: waited 0 s",
  ]);
});

it("goes on waiting after a question that AWS has refused for now, and ends without the right", async () => {
  const replies: object[] = [
    { ...well.identity, VerificationStatus: "PENDING" },
    { error: "TooManyRequestsException", status: 429 },
    { ...well.identity, VerificationStatus: "PENDING" },
    { error: "AccessDeniedException", status: 403 },
  ];
  let asked = 0;
  answers = { "ses:GetEmailIdentity": () => ({ ...(replies[asked++] ?? well.missing) }) };
  process.env["AWS_ACCESS_KEY_ID"] = "local";
  process.env["AWS_SECRET_ACCESS_KEY"] = "local";
  const clients = createClients("eu-west-1", { endpoint: aws.url });
  const lines: string[] = [];
  await waitForVerification(clients, "hello@example.org", (line) => void lines.push(line), 1);
  clients.close();
  // The fifth is for the address itself.
  expect(asked).toBe(5);
  expect(lines.slice(1)).toEqual([
    "SES is verifying the identity of example.org: waited 0 s",
    "SES gives no answer (TooManyRequestsException), and is asked again",
    "SES is verifying the identity of example.org: waited 0 s",
  ]);
});
