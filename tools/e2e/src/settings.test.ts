import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { expectSecretsUnlogged } from "./expectations.ts";
import { LOG_IN, OTHER_PASSWORD, PASSWORD, SEND_LINK, SET_PASSWORD, meet } from "./person.ts";
import { minutesAgo, useStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

const CHECK = /type your password again/i;
const GO_ON = /go on/i;

const { stack, browser } = await useStack();

const letPasswordsAge = () =>
  stack.db.session.updateMany({ data: { passwordCheckedAt: minutesAgo(16) } });

describe.each(VARIANTS)("$how", (variant) => {
  const person = (name: string) => meet({ stack, browser, variant }, name);

  it("changes the name and the password, and ends sessions one by one and all at once", async () => {
    const sam = await person("settings");
    await sam.hasAccount();
    await sam.follows(/settings/i);
    await sam.sees(sam.email);
    await sam.follows(/your name/i);
    await sam.page.getByLabel(/name/i).first().fill("");
    await sam.isRefusedEmptyHanded(/save/i);
    await sam.sends({}, /save/i);
    await sam.sees(sam.email);
    await sam.isSent("account-changed", /forgot/);

    const elsewhere = await sam.inAnotherBrowser();
    await elsewhere.logsIn(PASSWORD);
    await elsewhere.isIn();
    await sam.follows(/your password/i);
    await sam.isRefusedEmptyHanded(SET_PASSWORD);
    await sam.sends({ currentPassword: "not this one", newPassword: OTHER_PASSWORD }, SET_PASSWORD);
    await sam.seesErrors();
    await sam.sends({ currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }, SET_PASSWORD);
    await sam.sees(/is changed/i);
    await elsewhere.isOut();

    await elsewhere.logsIn(OTHER_PASSWORD);
    await elsewhere.isIn();
    await sam.goes("/settings/sessions");
    await sam.sees(/this browser/i);
    await sam.presses(/log out: .+, /i);
    await elsewhere.isOut();
    await sam.sees(/this browser/i);
    await sam.presses(/log out everywhere/i);
    await sam.sees(LOG_IN);
    await sam.isOut();
  });

  it("changes the address, after the password, and brings the old one back", async () => {
    const sam = await person("old address");
    const mailbox = await person("new address");
    await sam.hasAccount();
    await letPasswordsAge();
    await sam.goes("/settings");
    await sam.follows(/your address/i);
    await sam.sees(CHECK);
    await sam.isRefusedEmptyHanded(GO_ON);
    await sam.sends({ currentPassword: PASSWORD }, GO_ON);
    await sam.sees(/your address is/i);
    await sam.isRefusedEmptyHanded(SEND_LINK);
    await sam.sends({ email: mailbox.email }, SEND_LINK);
    await sam.sees(/check your email/i);

    const link = await mailbox.isSent("change-address");
    // Nobody is logged in here.
    await mailbox.goes(link);
    await mailbox.sees(/open the link again/i);
    await sam.goes(link);
    await sam.page.reload();
    await sam.sees(mailbox.email);
    await sam.presses(/use this address/i);
    await sam.sees(mailbox.email);
    await sam.goes(link);
    await sam.sees(/been used/i);

    const elsewhere = await sam.inAnotherBrowser();
    await elsewhere.opensLink("address-changed");
    await elsewhere.sees(sam.email);
    await elsewhere.types({ password: "short" });
    await elsewhere.presses(/take the account back/i);
    await elsewhere.seesErrors();
    await elsewhere.sends({ password: OTHER_PASSWORD }, /take the account back/i);
    await elsewhere.sees(/yours again/i);
    await sam.isOut();
    await sam.logsIn(OTHER_PASSWORD);
    await sam.isIn();
  });

  it("downloads all data, deletes the account, and the address is gone", async () => {
    const sam = await person("leaver");
    await sam.hasAccount();
    await sam.goes("/settings");
    await sam.follows(/your data/i);
    await sam.sees(/your data/i);
    const [download] = await Promise.all([
      sam.page.waitForEvent("download"),
      sam.page.getByRole("button", { name: /download/i }).click(),
    ]);
    const data = JSON.parse(readFileSync(await download.path(), "utf8")) as { email: string };
    expect(data.email).toBe(sam.email);
    await sam.isSent("account-changed", /forgot/);

    await sam.goes("/settings");
    await sam.follows(/delete your account/i);
    await sam.sees(/nobody can bring it back/i);
    await sam.presses(SEND_LINK);
    await sam.sees(/check your email/i);
    await sam.opensLink("delete-account");
    await sam.sees(sam.email);
    await sam.isRefusedEmptyHanded(/delete the account/i);
    await sam.sends({ currentPassword: PASSWORD }, /delete the account/i);
    await sam.sees(/is deleted/i);
    await sam.isOut();
    await sam.isSent("account-deleted", /mailto/);
    const left = () => stack.db.message.count({ where: { toKey: sam.email } });
    await vi.waitUntil(async () => (await left()) === 0, { timeout: 60_000, interval: 250 });
    await sam.logsIn(PASSWORD);
    await sam.sees(/wrong/i);
  });
});

it("logged no password, no token and no address", () => expectSecretsUnlogged(stack));
