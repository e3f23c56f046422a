import { describe, expect, it } from "vitest";
import { expectSecretsUnlogged, expectSentOnce } from "./expectations.ts";
import { CONFIRM, CREATE, LOG_IN, OTHER_PASSWORD, PASSWORD, SIGN_UP, meet } from "./person.ts";
import { minutesAgo, useStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

const { stack, browser } = await useStack();

describe.each(VARIANTS)("$how", (variant) => {
  const person = (name: string) => meet({ stack, browser, variant }, name);

  it("leads from the sign-up by the email to the account", async () => {
    const sam = await person("sam");
    await sam.goes("/");
    await sam.follows(SIGN_UP);
    await sam.isRefusedEmptyHanded(SIGN_UP);
    await sam.types({ email: "sam" });
    await sam.presses(SIGN_UP);
    await sam.seesErrors();

    await sam.signsUp();
    await sam.follows(/check again/i);
    await sam.sees(/on its way/i);
    const link = await sam.opensLink("verify-email");
    await sam.sees(sam.email);
    await sam.sends({}, CONFIRM);
    await sam.isIn();
    expect(await stack.db.user.findUnique({ where: { emailKey: sam.email } })).toMatchObject({
      email: sam.email,
    });

    await sam.goes("/");
    await sam.follows(/account/i);
    await sam.isIn();
    await sam.goes(link);
    await sam.sees(/been used/i);
  });

  it("asks for a password in another browser, and forgets the password of the sign-up", async () => {
    const kim = await person("kim");
    await kim.signsUp(PASSWORD);
    const elsewhere = await kim.inAnotherBrowser();
    await elsewhere.opensLink("verify-email");
    await elsewhere.sees(/in another browser/i);
    await elsewhere.isRefusedEmptyHanded(CREATE);
    await elsewhere.sends({ password: OTHER_PASSWORD }, CREATE);
    await elsewhere.isIn();

    await kim.logsIn(PASSWORD);
    await kim.sees(/wrong/i);
    await kim.logsIn(OTHER_PASSWORD);
    await kim.isIn();
  });

  it("sends the link again, and using one link ends the other", async () => {
    const ann = await person("ann");
    await ann.signsUp();
    const first = await ann.isSent("verify-email");
    await ann.presses(/again/i);
    await ann.sees(/on its way/i);
    await ann.opensLink("verify-email");
    await ann.sends({}, CONFIRM);
    await ann.isIn();
    await ann.goes(first);
    await ann.sees(/been used/i);
  });

  it("asks whether the address is spelled right when it bounces", async () => {
    const joe = await person("joe");
    // The built apps accept only Amazon's events, none of ses-local. So suppress the address by
    // hand.
    const addressKey = `misspelled.${joe.email}`;
    await stack.db.suppression.create({ data: { addressKey, reason: "bounce" } });
    if (variant.javaScriptEnabled) await joe.page.clock.install();
    await joe.goes("/signup");
    await joe.sends({ email: addressKey, password: PASSWORD }, SIGN_UP);
    await joe.sees(/check your email/i);
    await stack.settled();
    // The page shows it only after a minute.
    const message = { where: { toKey: addressKey }, data: { createdAt: minutesAgo(2) } };
    expect(await stack.db.message.updateMany(message)).toEqual({ count: 1 });
    // The page's script checks. Without scripts, the person does.
    if (variant.javaScriptEnabled) await joe.page.clock.fastForward(10_000);
    else await joe.follows(/check again/i);
    await joe.sees(/spelled right/i);

    await joe.sends({ email: joe.email }, SIGN_UP);
    await joe.sends({ password: PASSWORD }, SIGN_UP);
    await joe.sees(/check your email/i);
    await joe.opensLink("verify-email");
    await joe.sends({}, CONFIRM);
    await joe.isIn();
  });

  it("says the same for an address that has an account, and tells its owner", async () => {
    const eve = await person("eve");
    await eve.hasAccount();
    const elsewhere = await eve.inAnotherBrowser();
    await elsewhere.signsUp(OTHER_PASSWORD);
    await elsewhere.goes(await eve.isSent("account-exists", /login/));
    await elsewhere.sends({ email: eve.email, password: PASSWORD }, LOG_IN);
    await elsewhere.isIn();
  });

  it("says what is wrong with a dead link, and how to get a new one", async () => {
    const max = await person("max");
    await max.goes("/verify-email");
    await max.sees(/whole link/i);
    await max.goes("/verify-email?token=gibberish");
    await max.sees(/not one of ours/i);

    await max.signsUp();
    const link = await max.isSent("verify-email");
    const old = { where: { emailKey: max.email }, data: { expiresAt: minutesAgo(1) } };
    await stack.db.link.updateMany(old);
    await max.goes(link);
    await max.sees(/expired/i);
    await max.follows(/new link/i);
    await max.presses(/again/i);
    await max.opensLink("verify-email");
    await max.sends({}, CONFIRM);
    await max.isIn();
  });
});

it("sent each email once, and kept no contents", () => expectSentOnce(stack));

it("logged no password, no token and no address", () => expectSecretsUnlogged(stack));
