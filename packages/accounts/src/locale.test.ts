import { expect, it } from "vitest";
import { PASSWORD, browser, startTestAccounts } from "./test-accounts.ts";

const test = await startTestAccounts();

const german = () => ({ ...browser(), locale: "de" });
const english = () => ({ ...browser(), locale: "en" });

it("writes to a person in the language of the browser that signed up, also later", async () => {
  const email = "sam@example.com";
  const { user } = await test.signUpAndVerify(german(), email);
  expect(user.locale).toBe("de");
  // The person who asks for the link may speak another language.
  const token = await test.forgot(email, english());
  await test.accounts.resetPassword(english(), { token, password: "another good password" });
  // A clone may have no welcome email, or more emails.
  const emails = test.languages(email);
  for (const name of ["verify-email", "password-reset", "password-changed"])
    expect(emails).toContain(`${name} de`);
  for (const each of emails) expect(each).toMatch(/ de$/);
});

it("sends the link again in the language of its sign-up", async () => {
  const caller = german();
  await test.signUp(caller, "again@example.com");
  await test.accounts.resendLink({ ...caller, locale: "en" });
  expect(test.languages("again@example.com")).toEqual(["verify-email de", "verify-email de"]);
});

it("keeps the language of the browser that chose the password", async () => {
  const token = await test.signUp(english(), "other@example.com");
  const password = "another good password";
  const { user } = await test.accounts.verifyEmail(german(), { token, password });
  expect(user.locale).toBe("de");
});

it("tells the owner of an account about a sign-up in the account's language", async () => {
  const owner = { name: "Sam", email: "owner@example.com", password: PASSWORD };
  await test.signUpAndVerify(german(), owner.email);
  await test.accounts.signUp(english(), owner);
  expect(test.languages(owner.email).at(-1)).toBe("account-exists de");
});

it("writes to an account without a language in the product's", async () => {
  const email = "old@example.com";
  const { user, session } = await test.signUpAndVerify(browser(), email);
  expect(user.locale).toBeNull();
  await test.forgot(email, german());
  expect(test.languages(email).at(-1)).toBe("password-reset null");

  await test.accounts.settings.changeLocale({ ...browser(), session }, "de");
  await test.forgot(email);
  expect(test.languages(email).at(-1)).toBe("password-reset de");
  expect(await test.accounts.current(session)).toMatchObject({ locale: "de" });
  const logIn = await test.accounts.logIn(english(), { email, password: PASSWORD });
  expect(logIn.user.locale).toBe("de");
});

it("does the same for every address, whatever the language of the request", async () => {
  await test.accounts.requestPasswordReset(german(), "nobody@example.com");
  expect(await test.requests.handle()).toEqual({ "no-account": 1 });
  expect(test.languages("nobody@example.com")).toEqual([]);
});
