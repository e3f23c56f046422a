import { expect, it } from "vitest";
import { PASSWORD, browser, codeOf, startTestAccounts } from "./test-accounts.ts";

// With cheap hashes, so that the statements run at the same time.

const test = await startTestAccounts({ limitScale: 1_000_000 });

const ROUNDS = 10;
const browsers = Array.from({ length: 100 }, (_, i) => browser(`203.0.113.${i}`));

it("a hundred sign-ups of one address at once never deadlock", async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const input = { name: "Sam", email: `sam${round}@example.com`, password: PASSWORD };
    const codes = browsers.map((caller) => codeOf(test.accounts.signUp(caller, input)));
    for (const code of await Promise.all(codes)) expect(["done", "BUSY"]).toContain(code);
  }
});

it("a hundred log-ins of one account at once never deadlock", async () => {
  const email = "kim@example.com";
  await test.signUpAndVerify(browser(), email);
  for (let round = 0; round < ROUNDS; round++) {
    const codes = browsers.map((caller) =>
      codeOf(test.accounts.logIn(caller, { email, password: PASSWORD })),
    );
    for (const code of await Promise.all(codes)) expect(["done", "BUSY"]).toContain(code);
  }
});
