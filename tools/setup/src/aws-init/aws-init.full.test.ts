import { execFile, execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PassThrough } from "node:stream";
import { parseEnv } from "node:util";
import { startDns } from "@repo/testing/dns-server";
import { CTRL_C, DOWN, ENTER, createTerminal } from "@repo/testing/terminal";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { type Context, awsInit } from "./aws-init.ts";

const repository = path.resolve(import.meta.dirname, "../../../..");
let root: string;

const dns = await startDns(() => ({
  "example.org NS": ["ns-1.awsdns-00.com", "ns-2.awsdns-01.co.uk"],
  "mail.example.org A": ["192.0.2.1"],
  "example.com NS": ["amy.ns.cloudflare.com"],
  "example.net NS": ["ns1.digitalocean.com", "ns2.digitalocean.com"],
  "other.example NS": ["ns1.provider.example"],
}));
afterAll(() => dns.close());
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), "aws-init-"));
  mkdirSync(path.join(root, "infra"));
  writeFileSync(file("infra/Pulumi.yaml"), "name: product\n# Ours\nruntime: nodejs\n");
  writeFileSync(file("infra/Pulumi.example.yaml"), "config:\n");
});
afterEach(() => rmSync(root, { recursive: true }));

const file = (name: string) => path.join(root, name);
const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
const config = (stack = "dev") =>
  (parse(read(`infra/Pulumi.${stack}.yaml`)) as { config: object } | null)?.config;
const env = () => parseEnv(read(".env"));

/** Runs the command. @param terminal default: nobody is there to answer. @returns what it printed */
async function init(args: string[], terminal?: Context["terminal"]): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
  const streams = { input: new PassThrough(), output: new PassThrough() };
  const servers = [`127.0.0.1:${dns.port}`];
  try {
    await awsInit(args, {
      root,
      servers,
      terminal: terminal ?? { ...streams, isInteractive: false },
    });
    return lines.join("\n");
  } finally {
    log.mockRestore();
  }
}

// Enough of them to begin with.
const NEEDED = ["--domain", "example.org", "--region", "eu-central-1", "--dns", "manual"];
const FROM = ["--from", "Acme <hello@example.org>"];
const BASE = [...NEEDED, ...FROM, "--yes"];

it("writes the stack's configuration and the senders by options alone, and says what is next", async () => {
  const out = await init([
    ...BASE,
    "--security-from=security@example.org",
    "--reports-to=dmarc@example.org",
    "--to=you@example.org",
    "--state=s3://acme-state",
  ]);
  expect(config()).toEqual({
    "aws:region": "eu-central-1",
    "product:domain": "example.org",
    "product:from": ["hello@example.org", "security@example.org"],
    // Else a second run would ask again.
    "product:dns": "manual",
    "product:dmarcReportsTo": "dmarc@example.org",
    "product:sandboxRecipients": ["you@example.org"],
  });
  expect(read("infra/Pulumi.yaml")).toBe(
    "name: product\n# Ours\nruntime: nodejs\nbackend:\n  url: s3://acme-state?region=eu-central-1\n",
  );
  expect(env()).toEqual({
    EMAIL_FROM: "Acme <hello@example.org>",
    EMAIL_FROM_SECURITY: "security@example.org",
    EMAIL_ALLOW_TO: "you@example.org",
    // Otherwise the stand-in of `pnpm dev` would refuse the new sender.
    SES_LOCAL_VERIFIED: "example.com,example.org",
  });
  expect(out).toContain("+ product:domain: example.org");
  expect(out).toContain("+ EMAIL_FROM=Acme <hello@example.org>");
  expect(out).toMatch(
    /pulumi stack init dev --secrets-provider='awskms:.*pnpm infra:up.*pnpm aws:env/s,
  );
});

it("shows what it would write, and writes nothing without --yes", async () => {
  await expect(init([...NEEDED, ...FROM])).rejects.toMatchObject({ code: "NOT_CONFIRMED" });
  expect(existsSync(file("infra/Pulumi.dev.yaml"))).toBe(false);
  expect(existsSync(file(".env"))).toBe(false);
});

it("changes nothing the second time, and needs no option again", async () => {
  await init([...BASE, "--to", "you@example.org", "--state", "local", "--runs", "ecs"]);
  const before = ["infra/Pulumi.yaml", "infra/Pulumi.dev.yaml", ".env"].map(read);
  expect(await init([])).toBe("There is nothing to change.");
  expect(await init([...BASE, "--runs", "ecs"])).toBe("There is nothing to change.");
  expect(["infra/Pulumi.yaml", "infra/Pulumi.dev.yaml", ".env"].map(read)).toEqual(before);
});

it("names the state's key in the bucket's region, where another stack sends from another", async () => {
  const state = ["--state", "s3://acme-state"];
  await init([...BASE, ...state]);
  const other = [...BASE, "--stack", "us"].map((arg) => arg.replace("eu-central-1", "us-east-1"));
  for (const again of [[], state]) {
    const out = await init([...other, ...again]);
    expect(out).toContain(
      "stack init us --secrets-provider='awskms://alias/pulumi?region=eu-central-1'",
    );
    expect(read("infra/Pulumi.yaml")).toContain("url: s3://acme-state?region=eu-central-1\n");
    rmSync(file("infra/Pulumi.us.yaml"));
  }
});

it("allows a sender in other capitals too, because IAM compares letter by letter", async () => {
  await init(BASE);
  await init([...NEEDED, "--from", "Acme <Hello@example.org>", "--yes", "--replace"]);
  expect(config()).toMatchObject({ "product:from": ["hello@example.org", "Hello@example.org"] });
});

describe("keeps what a person has written", () => {
  const OWN = `# Ours
secretsprovider: awskms://alias/ours
encryptedkey: abc
config:
  aws:region: eu-central-1
  product:domain: example.org # the shop
  product:from: ["*@example.org"]
  product:dmarcPolicy: quarantine
  product:events: lambda
  product:lambdaRole: ours
`;
  beforeEach(() => {
    writeFileSync(file("infra/Pulumi.dev.yaml"), OWN);
    writeFileSync(file(".env"), "# Ours\nEMAIL_KEY=a-secret\nEMAIL_FROM=old@example.org\n");
  });

  it("and adds only what is new", async () => {
    await init(["--yes", "--dns", "manual", "--reports-to", "dmarc@example.org"]);
    expect(read("infra/Pulumi.dev.yaml")).toBe(
      `${OWN}  product:dns: manual\n  product:dmarcReportsTo: dmarc@example.org\n`,
    );
    expect(read(".env")).toMatch(/^# Ours\nEMAIL_KEY=a-secret\nEMAIL_FROM=old@example\.org\n/);
  });

  it("and replaces a value only with --replace", async () => {
    const replacing = ["--yes", "--dns", "manual", "--region", "eu-west-1", ...FROM];
    await expect(init(replacing)).rejects.toMatchObject({
      code: "NOT_CONFIRMED",
      message: expect.stringMatching(/values of aws:region, EMAIL_FROM\..*--replace/),
    });
    expect(read("infra/Pulumi.dev.yaml")).toBe(OWN);
    const out = await init([...replacing, "--replace"]);
    expect(out).toContain("  - aws:region: eu-central-1\n  + aws:region: eu-west-1");
    expect(read("infra/Pulumi.dev.yaml")).toBe(
      `${OWN.replace("eu-central-1", "eu-west-1")}  product:dns: manual\n`,
    );
    expect(env()).toMatchObject({ EMAIL_FROM: "Acme <hello@example.org>", EMAIL_KEY: "a-secret" });
    expect(out).not.toContain("a-secret");
  });

  it("and warns of another domain or region for a stack that may be up, before it writes", async () => {
    const region = ["--dns", "manual", "--region", "eu-west-1", ...FROM];
    const domain = ["--dns", "manual", "--domain", "example.com", "--from", "hello@example.com"];
    for (const [args, name] of [
      [region, "aws:region"],
      [domain, "product:domain"],
    ] as const) {
      const { terminal, answer } = createTerminal();
      const others = ["--security-from=", "--reports-to=", "--to=", "--state="];
      const known = ["--domain=example.org", "--region=eu-central-1"].filter(
        (option) => !args.includes(option.split("=")[0]!),
      );
      const running = init([...args, ...known, ...others], terminal);
      await answer("Write this?", "n");
      expect(await running).toMatch(
        new RegExp(`If dev is up, do not change ${name}: .*pnpm aws:init --stack NAME`),
      );
    }
    expect(await init(["--yes", "--dns", "manual", "--replace", ...FROM])).not.toContain("is up");
  });

  it("and in a terminal replaces it only after a yes", async () => {
    for (const [key, region] of [
      ["n", "eu-central-1"],
      ["y", "eu-west-1"],
    ] as const) {
      const { terminal, answer } = createTerminal();
      const options = ["--domain", "example.org", "--dns", "manual", "--region", "eu-west-1"];
      const others = ["--security-from", "", "--reports-to", "", "--to", "", "--state", ""];
      const running = init([...options, ...FROM, ...others], terminal);
      await answer("Write this?", key);
      expect(await running).toContain(key === "y" ? "Written." : "Nothing is written.");
      expect(config()).toMatchObject({ "aws:region": region, "product:events": "lambda" });
    }
  });
});

describe("finds the DNS provider from the domain's name servers", () => {
  it.each([
    ["example.org", ["--zone-id", "Z0123456789"], { dns: "route53", zoneId: "Z0123456789" }],
    // A subdomain without name servers of its own is in its parent's zone.
    ["mail.example.org", ["--zone-id", "Z0123456789"], { dns: "route53", zoneId: "Z0123456789" }],
    ["example.com", ["--zone-id", "0a1b"], { dns: "cloudflare", zoneId: "0a1b" }],
    ["mail.example.net", [], { dns: "digitalocean", zoneId: "example.net" }],
    ["other.example", [], { dns: "manual" }],
  ])("%s", async (domain, options, found) => {
    const from = ["--from", `hello@${domain}`];
    await init(["--domain", domain, ...from, "--region", "eu-west-1", "--yes", ...options]);
    const written = config() as Record<string, string>;
    expect({ dns: written["product:dns"], zoneId: written["product:zoneId"] }).toEqual({
      zoneId: undefined,
      ...found,
    });
  });

  it("and names the option if it cannot be found", async () => {
    const region = ["--region", "eu-west-1"];
    await expect(
      init(["--domain", "unknown.example", "--from", "a@unknown.example", ...region]),
    ).rejects.toMatchObject({
      code: "OPTION_MISSING",
      message: expect.stringMatching(/^--dns is missing .*did not answer/),
    });
    await expect(
      init(["--domain", "example.org", "--from", "a@example.org", ...region]),
    ).rejects.toMatchObject({
      code: "OPTION_MISSING",
      message: expect.stringMatching(/^--zone-id is missing .*list-hosted-zones-by-name/),
    });
  });
});

describe("sets sender and events by where the app runs", () => {
  it.each([
    ["server", [], {}],
    ["ecs", [], { "product:sender": "role", "product:roleTrusts": "ecs-tasks.amazonaws.com" }],
    [
      "cron",
      ["--app-url", "https://app.example.org/"],
      {
        "product:events": "https",
        "product:webhookUrl": "https://app.example.org/webhooks/ses",
      },
    ],
  ])("%s", async (place, options, expected) => {
    const own = { "aws:region": "eu-central-1", "product:domain": "example.org" };
    const from = { "product:from": ["hello@example.org"], "product:dns": "manual" };
    await init([...BASE, "--runs", place, ...options]);
    expect(config()).toEqual({ ...own, ...from, ...expected });
    // And back.
    await init([...BASE, "--replace", "--runs", "server"]);
    expect(config()).toEqual({ ...own, ...from });
  });
});

it("asks in a terminal for all that the options do not say, and offers the current values", async () => {
  await init([...BASE, "--to", "you@example.org"]);
  const { terminal, answer } = createTerminal();
  const running = init([], terminal);
  await answer("domain that your email comes from", ENTER);
  await answer("The sender of your email", ENTER);
  await answer("Another sender", `alerts@example.com${ENTER}`);
  await answer("must be an address of example.org", `${"\u{7F}".repeat(3)}org${ENTER}`);
  await answer("AWS region", ENTER);
  await answer("the name servers of example.org say: Route 53", ENTER);
  await answer("Where web and the worker", DOWN + ENTER);
  await answer("public address of web", `https://app.example.org${ENTER}`);
  await answer("DMARC's daily reports", ENTER);
  await answer("Your own address", ENTER);
  await answer("Pulumi keeps its state", `cloud${ENTER}`);
  await answer("Write this?", ENTER);
  expect(await running).toContain("Written.");
  expect(config()).toMatchObject({
    "product:from": ["hello@example.org", "alerts@example.org"],
    "product:events": "https",
    "product:sandboxRecipients": ["you@example.org"],
  });
  expect(env()).toMatchObject({ EMAIL_FROM_SECURITY: "alerts@example.org" });
});

it.each([
  ["Acme Shop", "Acme Shop <hello@example.org>"],
  ["Acme, Inc.", "hello@example.org"],
])("offers the product's name, %s, as the sender's if no quotes are needed", async (name, from) => {
  mkdirSync(file("packages/brand"), { recursive: true });
  writeFileSync(file("packages/brand/brand.json"), JSON.stringify({ name }));
  const { terminal, answer } = createTerminal();
  const given = ["--security-from=", "--runs=ecs", "--reports-to=", "--to=", "--state="];
  const running = init([...NEEDED, ...given], terminal);
  await answer("The sender of your email", ENTER);
  await answer("Write this?", ENTER);
  await running;
  expect(env()).toMatchObject({ EMAIL_FROM: from });
});

it("takes away the sender of security mail with its domain, or with an empty answer", async () => {
  const other = ["--domain", "example.com", "--from", "a@example.com", "--yes", "--replace"];
  const withSecurity = [...BASE, "--replace", "--security-from", "security@example.org"];
  for (const args of [other, [...BASE, "--replace", "--security-from", ""]]) {
    await init(withSecurity);
    expect(env()).toMatchObject({ EMAIL_FROM_SECURITY: "security@example.org" });
    await init(args);
    expect(env()).toMatchObject({ EMAIL_FROM_SECURITY: "" });
  }
});

it("writes nothing after Ctrl-C", async () => {
  const { terminal, answer } = createTerminal();
  const running = init([], terminal);
  await Promise.all([
    expect(running).rejects.toMatchObject({ code: "CANCELLED" }),
    answer("domain", CTRL_C),
  ]);
  expect(existsSync(file(".env"))).toBe(false);
});

describe("says what is wrong with the option to use", () => {
  it.each([
    ["--domain", "example", "INVALID_OPTION"],
    ["--from", "hello@example.com", "INVALID_OPTION"],
    ["--from", "", "OPTION_MISSING"],
    // IAM compares it letter by letter, and infra refuses it.
    ["--from", "hello@Example.org", "INVALID_OPTION"],
    ["--security-from", "nobody", "INVALID_OPTION"],
    ["--region", "Frankfurt", "INVALID_OPTION"],
    ["--dns", "bind", "INVALID_OPTION"],
    ["--runs", "moon", "INVALID_OPTION"],
    ["--reports-to", "me", "INVALID_OPTION"],
    ["--to", "me, you", "INVALID_OPTION"],
    ["--state", "ftp://x", "INVALID_OPTION"],
    ["--stack", "a b", "INVALID_OPTION"],
  ])("%s %j", async (option, value, code) => {
    const at = BASE.indexOf(option);
    const others = at < 0 ? BASE : BASE.toSpliced(at, 2);
    await expect(init([...others, option, value])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(new RegExp(`^${option} `)),
    });
    expect(existsSync(file("infra/Pulumi.dev.yaml"))).toBe(false);
  });

  it("--from, if only the capitals of its domain are wrong", async () => {
    const capitals = ["--domain", "Example.org", "--from", "hello@Example.org"];
    await expect(init([...capitals, "--region", "eu-west-1", "--dns", "manual"])).rejects.toThrow(
      "--from must be an address of example.org (in lower case)",
    );
  });

  it.each([
    ["--zone-id", "Z0123456789", /^--zone-id has no effect with --dns manual/],
    ["--app-url", "https://app.example.org", /^--app-url has no effect without --runs cron/],
  ])("%s, if it would be ignored", async (option, value, message) => {
    const attempt = init([...BASE, option, value]);
    await expect(attempt).rejects.toMatchObject({ code: "INVALID_OPTION" });
    await expect(attempt).rejects.toThrow(message);
  });

  it("--domain, if it is given twice", async () => {
    await expect(init([...BASE, "--domain", "example.com"])).rejects.toThrow("--domain only once");
  });

  it("--app-url, if SNS posts to web", async () => {
    for (const url of [[], ["--app-url", "http://localhost:3000"]]) {
      await expect(init([...BASE, "--runs", "cron", ...url])).rejects.toThrow(/^--app-url /);
    }
  });

  it("--stack, if there are several", async () => {
    for (const stack of ["dev", "prod"]) await init([...BASE, "--stack", stack]);
    await expect(init(BASE)).rejects.toMatchObject({
      code: "OPTION_MISSING",
      message: expect.stringMatching(/dev, prod/),
    });
  });
});

it("stops at a file that it cannot read, and names it", async () => {
  writeFileSync(file("infra/Pulumi.dev.yaml"), "config: [");
  await expect(init(BASE)).rejects.toMatchObject({
    code: "FILE_UNREADABLE",
    message: expect.stringMatching(/^infra\/Pulumi\.dev\.yaml is not YAML/),
  });
  mkdirSync(file(".env"));
  await expect(init([...BASE, "--stack", "prod"])).rejects.toMatchObject({
    code: "FILE_UNREADABLE",
    message: expect.stringMatching(/^\.env cannot be read/),
  });
});

it("writes an env file that only its owner can read, and none that git would commit", async () => {
  execFileSync("git", ["init", "-q", root]);
  await expect(init(BASE)).rejects.toMatchObject({
    code: "SETUP_FAILED",
    message: expect.stringMatching(/git does not ignore/),
  });
  expect(existsSync(file("infra/Pulumi.dev.yaml"))).toBe(false);
  writeFileSync(file(".gitignore"), ".env\n");
  await init(BASE);
  if (process.platform !== "win32") expect(statSync(file(".env")).mode & 0o777).toBe(0o600);
});

it("writes another env file and another stack, and limits nobody in production", async () => {
  const names = ["--stack", "prod", "--file", ".env.production"];
  const out = await init([...BASE, ...names, "--to", "you@example.org"]);
  expect(parseEnv(read(".env.production"))).toEqual({
    EMAIL_FROM: "Acme <hello@example.org>",
  });
  expect(config("prod")).toMatchObject({ "product:domain": "example.org" });
  expect(out).toContain("pnpm aws:env --stack prod --file .env.production");
  expect(out).toContain("set -a && . ./.env.production && set +a");
});

it("is a script of the root, and ends with 1 and one line if an option is missing", async () => {
  const { scripts } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const [, ...script] = (scripts["aws:init"] ?? "").split(" ");
  const ran = await new Promise((resolve) => {
    const args = [...script, "--stack", "test-of-none"];
    execFile(process.execPath, args, { cwd: repository }, (error, stdout, stderr) =>
      resolve({ code: error?.code, stdout, stderr }),
    );
  });
  expect(ran).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^--domain is missing .*\n$/),
  });
});
