import { describe, expect, it } from "vitest";
import { expectSecretsUnlogged } from "./expectations.ts";
import { LOG_IN, LOG_OUT, OTHER_PASSWORD, PASSWORD, meet } from "./person.ts";
import { minutesAgo, useStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

const { stack, browser } = await useStack();

describe.each(VARIANTS)("$how", (variant) => {
  const person = (name: string) => meet({ stack, browser, variant }, name);

  it("refuses a wrong password, accepts the right one, and logs out only this browser", async () => {
    const sam = await person("sam");
    await sam.hasAccount();
    const elsewhere = await sam.inAnotherBrowser();
    await elsewhere.isOut();
    await elsewhere.isRefusedEmptyHanded(LOG_IN);
    await elsewhere.logsIn(OTHER_PASSWORD);
    await elsewhere.sees(/wrong/i);
    // The form keeps the typed address, but not the password.
    expect(await elsewhere.main.getByLabel(/e-?mail/i).inputValue()).toBe(sam.email);
    expect(await elsewhere.main.getByLabel(/password/i).inputValue()).toBe("");
    await elsewhere.sends({ password: PASSWORD }, LOG_IN);
    await elsewhere.isIn();

    await sam.presses(LOG_OUT);
    await sam.sees(LOG_IN);
    await sam.isOut();
    // One of our emails is reported as spam. The account page says so.
    await stack.settled();
    await stack.db.suppression.create({ data: { addressKey: sam.email, reason: "complaint" } });
    await elsewhere.goes("/account");
    await elsewhere.sees(/no longer send email to this address/i);
  });

  it.runIf(variant.javaScriptEnabled)("shows a password while it is typed", async () => {
    const ann = await person("ann");
    await ann.goes("/login");
    const field = ann.main.getByLabel(/password/i);
    await field.fill(PASSWORD);
    await ann.main.getByRole("button", { name: /show/i }).click();
    expect(await field.getAttribute("type")).toBe("text");
    await ann.sees(/hide/i);
    await ann.main.getByRole("button", { name: /hide/i }).click();
    expect(await field.getAttribute("type")).toBe("password");
    expect(await field.inputValue()).toBe(PASSWORD);
  });

  it("says when there were too many attempts", async () => {
    const joe = await person("joe");
    await joe.logsIn(OTHER_PASSWORD);
    await joe.sees(/wrong/i);
    const tries = { where: { name: "wrongPassword" } };
    await stack.db.limit.updateMany({ ...tries, data: { fullAt: minutesAgo(-15) } });
    await joe.logsIn(PASSWORD);
    await joe.sees(/too often/i);
    await stack.db.limit.deleteMany(tries);
    await joe.logsIn(PASSWORD);
    await joe.sees(/wrong/i);
  });

  it("says that a page does not exist", async () => {
    const eve = await person("eve");
    await eve.goes("/nowhere");
    await eve.sees(/not found/i);
  });
});

it("logged no password, no token and no address", () => expectSecretsUnlogged(stack));
