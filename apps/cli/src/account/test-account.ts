// A terminal or none, and AWS's answers about the account, for tests.
import { PassThrough } from "node:stream";
import { vi } from "vitest";
import { createClients } from "../doctor/clients.ts";
import { type Answers, startAws } from "../doctor/test/aws.ts";
import * as well from "../doctor/test/well.ts";
import type { Context } from "./ses-account.ts";
import type { Terminal } from "./terminal.ts";

type Command = (args: string[], context: Context) => Promise<number>;

/** SES's account, which answers `ses:GetAccount` with its present state. */
export async function startAccount() {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "the-secret-of-the-tests",
    AWS_EC2_METADATA_DISABLED: "true",
  });
  let state: Record<string, unknown> = well.account;
  let failures: Answers = {};
  const calls: [action: string, body: unknown][] = [];
  const changes = (action: string, change: (body: Record<string, unknown>) => object) => ({
    [action]: (text: string) => {
      const body = JSON.parse(text) as Record<string, unknown>;
      calls.push([action, body]);
      state = { ...state, ...change(body) };
      return {};
    },
  });
  const aws = await startAws(() => ({
    "ses:GetAccount": state,
    ...changes("ses:PutAccountDetails", () => ({
      Details: { ReviewDetails: { Status: "PENDING", CaseId: "170" } },
    })),
    ...changes("ses:PutAccountPricingAttributes", ({ Plan }) => ({
      PricingAttributes: { CurrentPlan: "ESSENTIALS", NextPlan: Plan },
    })),
    ...failures,
  }));
  return {
    /** What has changed the account. */
    calls,
    close: aws.close,
    set(account: object, instead: Answers = {}) {
      calls.length = 0;
      state = { ...well.account, ...account };
      failures = instead;
    },
    /** Runs a command. @param terminal default: nobody is there to answer */
    async run(
      command: Command,
      args: string[],
      { terminal, env = {} }: { terminal?: Terminal; env?: Record<string, string> } = {},
    ) {
      const lines: string[] = [];
      const log = vi.spyOn(console, "log").mockImplementation((line) => void lines.push(line));
      const streams = { input: new PassThrough(), output: new PassThrough() };
      const context: Context = {
        source: { ...well.env, ...env },
        clients: (region) => createClients(region, { endpoint: aws.url, answer: 500 }),
        terminal: terminal ?? { ...streams, isInteractive: false },
      };
      try {
        const code = await command(args, context);
        return { code, out: lines.join("\n") };
      } finally {
        log.mockRestore();
      }
    },
  };
}
