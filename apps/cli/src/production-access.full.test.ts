import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brand } from "@repo/brand";
import { exampleEnv } from "@repo/testing/example-env";
import { CLEAR, CTRL_C, DOWN, ENTER, TAB, createTerminal } from "@repo/testing/terminal";
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { startAccount } from "./account/test-account.ts";
import { denied, failure } from "./doctor/test/answers.ts";
import { productionAccess } from "./production-access.ts";
import { runCommand } from "./test-command.ts";

const account = await startAccount();
afterAll(() => account.close());

const SANDBOX = {
  ProductionAccessEnabled: false,
  SendQuota: { Max24HourSend: 200, MaxSendRate: 1, SentLast24Hours: 0 },
};
const review = (Status: string) => ({
  ...SANDBOX,
  Details: { ReviewDetails: { Status, CaseId: "170" } },
});
beforeEach(() => account.set(SANDBOX));

// APP_URL is the website that the request names.
const env = { APP_URL: "https://app.shop.test" };
const run = (args: string[], terminal?: ReturnType<typeof createTerminal>["terminal"]) =>
  account.run(productionAccess, args, { env, ...(terminal && { terminal }) });

it("names the product if the sender has no name", async () => {
  const { out } = await account.run(productionAccess, ["--dry-run"], {
    env: { ...env, EMAIL_FROM: "hello@example.org" },
  });
  expect(out).toContain(`${brand.name} (https://app.shop.test) is a web application.`);
});

it("sends the request only after a yes", async () => {
  const { code, out } = await run([]);
  expect(code).toBe(1);
  expect(out).toMatch(/in the sandbox: 200 emails a day, 1 a second\.\nIt sends only to verified/);
  expect(out).toMatch(/Nothing is changed yet\..*--yes/);
  const dry = await run(["--yes", "--dry-run"]);
  expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/because of --dry-run/) });
  expect(account.calls).toEqual([]);
});

it("describes the email of this system, and says what AWS does with it", async () => {
  const { code, out } = await run(["--yes", "--per-day", "500"]);
  expect(code).toBe(0);
  expect(out).toMatch(/Sent\..*\nAWS is reviewing the request.*displayId=170$/s);
  const [[action, body] = []] = account.calls;
  expect(account.calls).toHaveLength(1);
  expect(action).toBe("ses:PutAccountDetails");
  expect(body).toEqual({
    ProductionAccessEnabled: true,
    MailType: "TRANSACTIONAL",
    WebsiteURL: "https://app.shop.test",
    ContactLanguage: "EN",
    UseCaseDescription: expect.any(String),
  });
  const { UseCaseDescription: text } = body as { UseCaseDescription: string };
  expect(text).toMatch(/^Example \(https:\/\/app\.shop\.test\)/);
  for (const what of ["example.org", "Opting out", "Bounces", "500 emails a day"])
    expect(text).toContain(what);
  expect(text).toContain("double opt-in");
  // What was shown is what was sent.
  const words = (shown: string) => shown.replaceAll(/\s+/g, " ");
  expect(words(out)).toContain(words(text));
  for (const line of out.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

it("takes every answer by an option", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "access-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "use.txt");
  writeFileSync(file, "We send receipts.\n");
  const contacts = ["--contact", "ops@example.com", "--contact", "legal@example.com"];
  const others = ["--website", "https://shop.test", "--type", "marketing"];
  await run(["--yes", ...others, "--language", "japanese", ...contacts, "--description", file]);
  expect(account.calls).toEqual([
    [
      "ses:PutAccountDetails",
      {
        ProductionAccessEnabled: true,
        MailType: "MARKETING",
        WebsiteURL: "https://shop.test",
        ContactLanguage: "JA",
        UseCaseDescription: "We send receipts.",
        AdditionalContactEmailAddresses: ["ops@example.com", "legal@example.com"],
      },
    ],
  ]);
});

describe("in a terminal", () => {
  it("lets a person edit each answer, and shows the whole request before it asks", async () => {
    const { terminal, answer } = createTerminal();
    const running = run(["--language", "english"], terminal);
    await answer("public address", `${CLEAR}localhost${ENTER}`);
    await answer("must be a public address", `${CLEAR}https://shop.test${ENTER}`);
    await answer("Most of your email", DOWN + ENTER);
    await answer("emails a day", `20${ENTER}`);
    await answer("Who else", `ops@example.com${ENTER}`);
    await answer("What AWS reads", `And no spam.${TAB}${ENTER}`);
    await answer("Send it to AWS?", "y");
    const { code, out } = await running;
    expect(code).toBe(0);
    expect(account.calls).toMatchObject([
      [
        "ses:PutAccountDetails",
        {
          MailType: "MARKETING",
          WebsiteURL: "https://shop.test",
          AdditionalContactEmailAddresses: ["ops@example.com"],
          UseCaseDescription: expect.stringMatching(/^Example .*20 emails a day.*And no spam\.$/s),
        },
      ],
    ]);
    expect(out).toMatch(/The request:\n\n {2}Website {3}https:\/\/shop\.test/);
  });

  it("sends nothing after Ctrl-C", async () => {
    const { terminal, answer } = createTerminal();
    const running = run([], terminal);
    await Promise.all([
      expect(running).rejects.toMatchObject({ code: "CANCELLED" }),
      answer("public address", CTRL_C),
    ]);
    expect(account.calls).toEqual([]);
  });
});

describe("asks for nothing", () => {
  it("if the account has production access", async () => {
    account.set({});
    const { code, out } = await run(["--yes"]);
    expect({ code, out }).toEqual({
      code: 0,
      out: "In eu-west-1 the account has production access: 50000 emails a day, 14 a second.",
    });
    expect(account.calls).toEqual([]);
  });

  it("while AWS reviews a request, and names its case", async () => {
    account.set(review("PENDING"));
    const { code, out } = await run(["--yes"]);
    expect(code).toBe(1);
    expect(out).toMatch(/AWS is reviewing the request.*displayId=170$/s);
    expect(account.calls).toEqual([]);
  });

  it("after a denial, except with --again, and names the case", async () => {
    account.set(review("DENIED"));
    const { code, out } = await run(["--yes"]);
    expect(code).toBe(1);
    expect(out).toMatch(/AWS has denied the request.*displayId=170\n.*--again$/s);
    expect(account.calls).toEqual([]);
    expect(await run(["--yes", "--again"])).toMatchObject({ code: 0 });
    expect(account.calls).toHaveLength(1);
  });
});

it("sends a request again that AWS has lost", async () => {
  account.set(review("FAILED"));
  expect(await run(["--yes"])).toMatchObject({ code: 0, out: expect.stringContaining("has lost") });
  expect(account.calls).toHaveLength(1);
});

it.each([
  ["--website", "http://localhost:3000"],
  ["--website", "https://www.example.com"],
  ["--type", "spam"],
  ["--language", "german"],
  ["--per-day", "many"],
  ["--contact", "ops"],
  ["--description", "/nowhere"],
])("refuses %s %s, and names the option", async (option, value) => {
  await expect(run(["--yes", option, value])).rejects.toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringContaining(option),
  });
  expect(account.calls).toEqual([]);
});

describe("names what is in the way, with the next step", () => {
  const put = (answer: ReturnType<typeof failure> | "silence") => ({
    "ses:PutAccountDetails": answer,
  });
  it.each([
    ["AWS_DENIED", put(denied), /lack ses:PutAccountDetails.*operator-policy/],
    ["AWS_DENIED", { "ses:GetAccount": denied }, /lack ses:GetAccount/],
    [
      "AWS_CREDENTIALS",
      { "ses:GetAccount": failure("ExpiredTokenException", "The security token is expired", 403) },
      /expired.*aws sso login/,
    ],
    [
      "AWS_CREDENTIALS",
      { "ses:GetAccount": failure("UnrecognizedClientException", "The token is invalid", 403) },
      /does not know this access key/,
    ],
    ["AWS_BUSY", put(failure("TooManyRequestsException", "Too many", 429)), /Wait a minute/],
    ["AWS_CONFLICT", put(failure("ConflictException", "Under review", 409)), /Wait for its answer/],
    ["AWS_REFUSED", put(failure("BadRequestException", "Bad website")), /Bad website/],
    ["AWS_UNREACHABLE", put("silence"), /run it again to see whether/],
  ] as const)("%s", async (code, failures, message) => {
    account.set(SANDBOX, failures);
    const retryable = ["AWS_BUSY", "AWS_UNREACHABLE"].includes(code);
    await expect(run(["--yes"])).rejects.toMatchObject({
      code,
      retryable,
      message: expect.stringMatching(message),
    });
  });

  it("NO_REGION, NO_SENDER", async () => {
    await expect(
      account.run(productionAccess, [], { env: { ...env, AWS_REGION: "" } }),
    ).rejects.toMatchObject({ code: "NO_REGION", message: expect.stringMatching(/aws:env/) });
    await expect(
      account.run(productionAccess, [], { env: { ...env, EMAIL_FROM: "" } }),
    ).rejects.toMatchObject({ code: "NO_SENDER", message: expect.stringMatching(/EMAIL_FROM/) });
  });

  it.each(["production-access", "plan"])(
    "STAND_IN, with the settings of pnpm dev: %s",
    async (name) => {
      const ran = await runCommand([name], exampleEnv());
      expect(ran).toMatchObject({ code: 1, out: "", err: expect.stringMatching(/aws:env/) });
    },
  );
});
