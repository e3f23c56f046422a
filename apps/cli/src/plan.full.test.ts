import { createTerminal } from "@repo/testing/terminal";
import { afterAll, beforeEach, expect, it } from "vitest";
import { startAccount } from "./account/test-account.ts";
import { plan } from "./plan.ts";

const account = await startAccount();
afterAll(() => account.close());
beforeEach(() => account.set({ PricingAttributes: { CurrentPlan: "ESSENTIALS" } }));

const CHANGE = [["ses:PutAccountPricingAttributes", { Plan: "NONE" }]];

it("shows the plan, and changes nothing", async () => {
  const { code, out } = await account.run(plan, []);
  expect(code).toBe(0);
  expect(out).toBe("The account's plan in eu-west-1 is ESSENTIALS.");
  expect(account.calls).toEqual([]);
});

it("changes the plan with --yes, and shows the new one", async () => {
  const { code, out } = await account.run(plan, ["none", "--yes"]);
  expect(code).toBe(0);
  expect(account.calls).toEqual(CHANGE);
  expect(out).toMatch(
    /is ESSENTIALS\.\n.*prices: https.*\nChanged\..* next month it is NONE \(pay/s,
  );
});

it("changes nothing without a yes", async () => {
  const { code, out } = await account.run(plan, ["none"]);
  expect(code).toBe(1);
  expect(out).toMatch(/Nothing is changed yet\..*--yes/);
  const dry = await account.run(plan, ["none", "--yes", "--dry-run"]);
  expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/because of --dry-run/) });
  expect(account.calls).toEqual([]);
});

it.each([
  ["y", 0, CHANGE],
  ["n", 1, []],
  // Enter alone does not mean yes.
  ["\r", 1, []],
])("asks in a terminal, and takes %j for an answer", async (key, code, calls) => {
  const { terminal, answer } = createTerminal();
  const running = account.run(plan, ["none"], { terminal });
  await answer("Change the plan to NONE", key);
  expect(await running).toMatchObject({ code });
  expect(account.calls).toEqual(calls);
});

it("changes nothing if the account has the plan, or will have it", async () => {
  for (const PricingAttributes of [
    { CurrentPlan: "NONE" },
    { CurrentPlan: "PRO", NextPlan: "NONE" },
  ]) {
    account.set({ PricingAttributes });
    const { code, out } = await account.run(plan, ["none", "--yes"]);
    expect({ code, calls: account.calls }).toEqual({ code: 0, calls: [] });
    expect(out).toContain("There is nothing to change.");
  }
});

it("refuses a plan that SES does not have", async () => {
  await expect(account.run(plan, ["gold"])).rejects.toMatchObject({ code: "INVALID_OPTION" });
  await expect(account.run(plan, ["none", "pro"])).rejects.toMatchObject({
    code: "INVALID_OPTION",
  });
});

it("says so where SES names no plan", async () => {
  account.set({ PricingAttributes: undefined });
  expect((await account.run(plan, [])).out).toBe("SES names no plan of the account in eu-west-1.");
});
