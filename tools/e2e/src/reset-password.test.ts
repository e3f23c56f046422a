import { describe, it } from "vitest";
import { expectSecretsUnlogged, expectSentOnce } from "./expectations.ts";
import { LOG_IN, OTHER_PASSWORD, PASSWORD, SEND_LINK, SET_PASSWORD, meet } from "./person.ts";
import { minutesAgo, useStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

const { stack, browser } = await useStack();

describe.each(VARIANTS)("$how", (variant) => {
  const person = (name: string) => meet({ stack, browser, variant }, name);

  it("leads to a new password, refuses the old one, and logs out everywhere", async () => {
    const sam = await person("sam");
    await sam.hasAccount();
    const elsewhere = await sam.inAnotherBrowser();
    await elsewhere.goes("/login");
    await elsewhere.follows(/forgot/i);
    await elsewhere.isRefusedEmptyHanded(SEND_LINK);
    await elsewhere.sends({ email: sam.email }, SEND_LINK);
    await elsewhere.sees(/check your email/i);

    const link = await elsewhere.opensLink("password-reset");
    await elsewhere.sees(sam.email);
    await elsewhere.types({ password: "short" });
    await elsewhere.presses(SET_PASSWORD);
    await elsewhere.seesErrors();
    await elsewhere.sends({ password: OTHER_PASSWORD }, SET_PASSWORD);
    await elsewhere.sees(/is changed/i);
    await sam.isSent("password-changed");
    await sam.isOut();

    await elsewhere.follows(LOG_IN);
    await elsewhere.logsIn(PASSWORD);
    await elsewhere.sees(/wrong/i);
    await elsewhere.logsIn(OTHER_PASSWORD);
    await elsewhere.isIn();
    await elsewhere.goes(link);
    await elsewhere.sees(/been used/i);
  });

  it("says the same for an address without an account", async () => {
    const kim = await person("kim");
    await kim.goes("/forgot-password");
    await kim.sends({ email: kim.email }, SEND_LINK);
    await kim.sees(/check your email/i);
  });

  it("says what is wrong with a dead link, and how to get a new one", async () => {
    const max = await person("max");
    await max.goes("/reset-password");
    await max.sees(/whole link/i);
    await max.goes("/reset-password?token=gibberish");
    await max.sees(/not one of ours/i);

    await max.hasAccount();
    await max.goes("/forgot-password");
    await max.sends({ email: max.email }, SEND_LINK);
    const link = await max.isSent("password-reset");
    const old = { where: { emailKey: max.email }, data: { expiresAt: minutesAgo(1) } };
    await stack.db.link.updateMany(old);
    await max.goes(link);
    await max.sees(/expired/i);
    await max.follows(/new link/i);
    await max.sends({ email: max.email }, SEND_LINK);
    await max.opensLink("password-reset");
    await max.sends({ password: OTHER_PASSWORD }, SET_PASSWORD);
    await max.sees(/is changed/i);
  });
});

it("sent each email once, and kept no contents", () => expectSentOnce(stack));

it("logged no password, no token and no address", () => expectSecretsUnlogged(stack));
