import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readStack } from "./pulumi.ts";
import { root } from "./root.ts";

// Outputs like infra's, with the secrets in plain text as by --show-secrets.
const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SMTP_SECRET = "BExample/SmtpPassword+0123456789abcdefghijkl=";
const USER = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_ENDPOINT_URL_SESV2: "",
  AWS_REGION: "eu-central-1",
  AWS_SECRET_ACCESS_KEY: SECRET,
  SES_CONFIGURATION_SET: "product-dev",
  SES_EVENTS_QUEUE_URL: "https://sqs.eu-central-1.amazonaws.com/123456789012/product-dev-events",
  SES_EVENTS_TOPIC_ARN: "arn:aws:sns:eu-central-1:123456789012:product-dev-events",
  SES_SECURITY_CONFIGURATION_SET: "product-dev-security",
  SMTP_HOST: "email-smtp.eu-central-1.amazonaws.com",
  SMTP_PASSWORD: SMTP_SECRET,
  SMTP_PORT: "587",
  SMTP_USERNAME: "AKIAIOSFODNN7EXAMPLE",
  deadLetterQueueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/product-dev-dead",
  dnsRecords: "TYPE  NAME\nMX    bounce.example.com",
  policyArns: { send: "arn:aws:iam::123456789012:policy/send" },
};
// A stack with a role and a webhook has no key and no queue.
const ROLE = {
  AWS_ENDPOINT_URL_SESV2: "",
  AWS_REGION: "eu-central-1",
  SES_CONFIGURATION_SET: "product-dev",
  SES_EVENTS_TOPIC_ARN: USER.SES_EVENTS_TOPIC_ARN,
  SES_SECURITY_CONFIGURATION_SET: "product-dev-security",
  roleArn: "arn:aws:iam::123456789012:role/product-dev",
};

const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const [, ...script] = (scripts["aws:env"] ?? "").split(" ");

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "aws-env-"));
  file = path.join(folder, ".env.production");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the command as the root's script does, and checks that it never prints a secret. */
async function awsEnv(args: string[], stdin = "", PATH = folder) {
  const target = args.includes("--file") ? [] : ["--file", file];
  const child = spawn(process.execPath, [...script, ...target, ...args], {
    cwd: root,
    env: { PATH },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  child.stdin.on("error", () => undefined).end(stdin);
  const code = await new Promise((resolve) => child.on("close", resolve));
  for (const secret of [SECRET, SMTP_SECRET, "-secret-"]) expect(out + err).not.toContain(secret);
  return { code, out, err };
}

const written = () => parseEnv(readFileSync(file, "utf8"));

describe("from standard input", () => {
  it("writes every output that is a setting, and no other", async () => {
    const { code, out, err } = await awsEnv(["-"], JSON.stringify(USER, undefined, 2));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const settings = Object.entries(USER).filter(([name]) => /^[A-Z]/.test(name));
    expect(written()).toEqual({ ...Object.fromEntries(settings), AWS_ENDPOINT_URL_SQS: "" });
    expect(out).toContain("AWS_SECRET_ACCESS_KEY");
    expect(out).toContain("Set EMAIL_FROM next");
  });

  it("empties the stand-in's settings and, with a role, the keys, because .env.example sets them", async () => {
    await awsEnv(["-"], JSON.stringify(ROLE));
    const example = parseEnv(readFileSync(path.join(root, ".env.example"), "utf8"));
    const local = Object.entries({ ...example, ...written() }).filter(
      ([name, value]) => name.startsWith("AWS_") && /localhost|^local$/.test(value ?? ""),
    );
    expect(local).toEqual([]);
    expect(written()).toMatchObject({ AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    expect(written()).not.toHaveProperty("SES_EVENTS_QUEUE_URL");
  });

  it("merges with the existing file, and empties settings of another stack", async () => {
    writeFileSync(
      file,
      `# Ours
APP_ENV=production
EMAIL_FROM="Name <name@example.com>" # no reply
AWS_ACCESS_KEY_ID=AKIAOLD
AWS_SESSION_TOKEN=old
SES_EVENTS_QUEUE_URL=https://sqs.example.com/old
SES_CONFIGURATION_SET=old
`,
    );
    const { out } = await awsEnv(["-"], JSON.stringify(ROLE));
    expect(readFileSync(file, "utf8")).toBe(`# Ours
APP_ENV=production
EMAIL_FROM="Name <name@example.com>" # no reply
AWS_ACCESS_KEY_ID=
AWS_SESSION_TOKEN=
SES_EVENTS_QUEUE_URL=
SES_CONFIGURATION_SET=product-dev

# From the Pulumi stack, by pnpm aws:env
AWS_ENDPOINT_URL_SESV2=
AWS_REGION=eu-central-1
SES_EVENTS_TOPIC_ARN=${ROLE.SES_EVENTS_TOPIC_ARN}
SES_SECURITY_CONFIGURATION_SET=product-dev-security
AWS_ENDPOINT_URL_SQS=
AWS_SECRET_ACCESS_KEY=
`);
    expect(out).not.toContain("Set EMAIL_FROM next");
  });

  const smtp = (host: string) => `EMAIL_TRANSPORT=smtp
SMTP_HOST=${host}
SMTP_PORT=587
SMTP_USERNAME=AKIAOLD
SMTP_PASSWORD=old
`;

  it("empties another stack's SMTP of SES, and says that a role has none", async () => {
    writeFileSync(file, smtp("email-smtp.eu-west-1.amazonaws.com"));
    const { out } = await awsEnv(["-"], JSON.stringify(ROLE));
    expect(written()).toMatchObject({
      EMAIL_TRANSPORT: "smtp",
      SMTP_HOST: "",
      SMTP_PORT: "",
      SMTP_USERNAME: "",
      SMTP_PASSWORD: "",
    });
    expect(out).toContain("The stack has no SMTP: set EMAIL_TRANSPORT=ses.");
  });

  it("keeps the SMTP of another provider", async () => {
    writeFileSync(file, smtp("smtp.example.com"));
    const { out } = await awsEnv(["-"], JSON.stringify(ROLE));
    expect(readFileSync(file, "utf8")).toContain(smtp("smtp.example.com"));
    expect(out).not.toContain("EMAIL_TRANSPORT");
  });

  it("empties a profile that would win over the stack's key, and an address of all of AWS", async () => {
    const before = "AWS_PROFILE=work\nAWS_ENDPOINT_URL=http://localhost:4566\n";
    writeFileSync(file, before);
    await awsEnv(["-"], JSON.stringify(USER));
    expect(written()).toMatchObject({ AWS_PROFILE: "", AWS_ENDPOINT_URL: "" });
    // The profile may be how the machine gets the role.
    writeFileSync(file, before);
    await awsEnv(["-"], JSON.stringify(ROLE));
    expect(written()).toMatchObject({ AWS_PROFILE: "work", AWS_ENDPOINT_URL: "" });
  });

  it("changes nothing the second time", async () => {
    await awsEnv(["-"], JSON.stringify(USER));
    const first = readFileSync(file, "utf8");
    await awsEnv(["-"], JSON.stringify(USER));
    expect(readFileSync(file, "utf8")).toBe(first);
  });

  it.skipIf(process.platform === "win32")(
    "makes the file readable only for its owner, also an existing one or a linked one",
    async () => {
      const real = path.join(folder, "real.env");
      writeFileSync(real, "A=1\n", { mode: 0o644 });
      chmodSync(real, 0o644);
      symlinkSync(real, file);
      expect((await awsEnv(["-"], JSON.stringify(USER))).code).toBe(0);
      expect(statSync(real).mode & 0o777).toBe(0o600);
      expect(parseEnv(readFileSync(real, "utf8"))).toMatchObject({
        A: "1",
        AWS_REGION: "eu-central-1",
      });
      expect(readdirSync(folder).toSorted()).toEqual([".env.production", "real.env"]);
    },
  );

  it("stops if git would commit the secrets", async () => {
    const git = (...args: string[]) =>
      new Promise((resolve) => spawn("git", args, { cwd: folder }).on("close", resolve));
    await git("init", "--quiet");
    const { PATH } = process.env;
    const refused = await awsEnv(["-"], JSON.stringify(USER), PATH);
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("git does not ignore") });
    expect(readdirSync(folder)).toEqual([".git"]);

    writeFileSync(path.join(folder, ".gitignore"), ".env.*\n");
    expect((await awsEnv(["-"], JSON.stringify(USER), PATH)).code).toBe(0);
  });

  it.each([
    ["nothing", "", "Pulumi printed nothing. Its message is above."],
    [
      "no JSON",
      `{"AWS_SECRET_ACCESS_KEY": "x-secret-x"`,
      "This is not the output of pulumi stack output",
    ],
    ["a list", "[1]", "This is not the output of pulumi stack output"],
    ["no outputs", "{}", "The stack has no outputs for the app yet. Run pnpm infra:up."],
    ["outputs for people only", `{"dnsZone":"x"}`, "The stack has no outputs for the app yet"],
    ["an unknown setting", `{"AWS_REGION":"x","AWS_REGOIN":"-secret-"}`, "have AWS_REGOIN, and"],
    [
      "hidden secrets",
      `{"AWS_SECRET_ACCESS_KEY":"[secret]"}`,
      "AWS_SECRET_ACCESS_KEY is hidden. Use pulumi",
    ],
    ["an object", `{"SMTP_PASSWORD":{"a":"-secret-"}}`, "SMTP_PASSWORD is not one line of text"],
    ["two lines", `{"SMTP_PASSWORD":"-secret-\\nA=1"}`, "SMTP_PASSWORD is not one line of text"],
    ["quotes of both kinds", `{"SMTP_PASSWORD":"'-secret-\\""}`, "SMTP_PASSWORD has quotes that"],
  ])("refuses %s in one line, and leaves the file alone", async (_, stdin, message) => {
    writeFileSync(file, "A=1\n");
    const { code, out, err } = await awsEnv(["-"], stdin);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain("\n");
    expect(readFileSync(file, "utf8")).toBe("A=1\n");
  });

  it.each([
    [["x"], `"x" is not an argument of pnpm aws:env`],
    [["-", "x"], `"x" is not an argument of pnpm aws:env`],
    [["-", "--stack", "prod"], "leave out --stack"],
    [["--stak", "prod"], "Unknown option '--stak'"],
    [["-", "--file", path.join(tmpdir(), "no-such-folder", ".env")], "cannot be written (ENOENT)"],
    [["-", "--file", tmpdir()], "cannot be read (EISDIR)"],
  ])("refuses %j in one line", async (args, message) => {
    const { code, out, err } = await awsEnv(args, JSON.stringify(USER));
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(message);
    expect(err.trimEnd()).not.toContain("\n");
  });
});

// A script plays the Pulumi CLI, which is not an npm package.
describe.skipIf(process.platform === "win32")("from Pulumi", () => {
  const pulumi = (program: string) =>
    writeFileSync(path.join(folder, "pulumi"), `#!${process.execPath}\n${program}`, {
      mode: 0o755,
    });

  it("asks for the outputs and secrets of the named stack, in the program's folder", async () => {
    const asked = path.join(folder, "asked.json");
    pulumi(`
      require("node:fs").writeFileSync(${JSON.stringify(asked)}, JSON.stringify([process.cwd(), ...process.argv.slice(2)]));
      console.log(${JSON.stringify(JSON.stringify(USER))});
    `);
    expect((await awsEnv(["--stack", "prod"])).code).toBe(0);
    expect(written()).toMatchObject({ AWS_SECRET_ACCESS_KEY: SECRET });
    expect(JSON.parse(readFileSync(asked, "utf8"))).toEqual([
      path.join(root, "infra"),
      ..."stack output --json --show-secrets --non-interactive --stack prod".split(" "),
    ]);
  });

  it("shows Pulumi's message, and how to name a stack", async () => {
    pulumi(`
      console.error("warning: a new version is there");
      console.error("error: no stack named 'prod' found");
      process.exit(255);
    `);
    expect(await awsEnv(["--stack", "prod"])).toEqual({
      code: 1,
      out: "",
      err: `Pulumi printed no outputs. It says:
error: no stack named 'prod' found
Name an existing stack with pnpm aws:env --stack NAME, or make one with pnpm infra:up
`,
    });
  });

  it("says what to do without Pulumi", () => {
    const { PATH } = process.env;
    process.env["PATH"] = folder;
    try {
      expect(() => readStack(folder, undefined)).toThrow(
        /^Pulumi is not installed. pnpm infra:up installs it/,
      );
    } finally {
      process.env["PATH"] = PATH;
    }
  });
});

it("prints its help", async () => {
  const { code, out } = await awsEnv(["--help"]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining("--file FILE") });
});
