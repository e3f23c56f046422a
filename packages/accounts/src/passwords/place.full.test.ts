import { expect, it } from "vitest";
import { createAccounts } from "../accounts.ts";
import type { Caller } from "../context.ts";
import { PASSWORD, browser, codeOf, startTestAccounts } from "../test-accounts.ts";

const test = await startTestAccounts({ limitScale: 1 });

/** Hashes so slowly that its queue does not move during the test. */
const busy = createAccounts({
  ...test.config,
  hashesAtOnce: 1,
  passwordCost: { memoryCost: 19 * 1024, timeCost: 60, parallelism: 1 },
});
const gone = (): Caller => ({ ...browser(), signal: AbortSignal.abort() });
const link = { password: "quite another password" };

it("somebody with an account or a link cannot keep the queue for themselves", async () => {
  const owner = await test.person();
  const resetToken = await test.forgot(owner.email);
  const signUpToken = await test.signUp(browser(), "new@example.com");
  const moved = await test.person();
  await test.accounts.settings.requestAddressChange(moved.caller, "moved@example.com");
  const confirmToken = test.tokenFor("moved@example.com");
  await test.accounts.settings.confirmAddressChange(moved.caller, confirmToken);
  const undoToken = test.tokenFor(moved.email);
  const member = await test.person();
  const trusted = await test.person();

  // Each link and account uses up its privileged places. The clients of the first three leave before
  // the hash.
  const { accounts } = test;
  for (let i = 0; i < 20; i++) {
    await codeOf(accounts.resetPassword(gone(), { token: resetToken, ...link }));
    await codeOf(accounts.verifyEmail(gone(), { token: signUpToken, ...link }));
    await codeOf(accounts.settings.undoAddress(gone(), { token: undoToken, ...link }));
    member.caller.session = await accounts.settings.typePassword(member.caller, PASSWORD);
    // A log-in makes another trusted browser each time.
    const { email } = trusted;
    const again = await accounts.logIn(trusted.caller, { email, password: PASSWORD });
    trusted.caller.trusted = again.trusted;
  }

  const ip = "198.51.100.7";
  const stop = new AbortController();
  const strangers = [1, 2, 3, 4, 5].map((i) => {
    const email = `nobody${i}@example.com`;
    return codeOf(busy.logIn({ ip, signal: stop.signal }, { email, password: PASSWORD }));
  });
  // Now the other four hold the places of this client.
  expect(await Promise.race(strangers)).toBe("BUSY");
  const from = (caller: Caller): Caller => ({ ...caller, ip });
  const { email } = trusted;
  const asked = {
    reset: busy.resetPassword(from(browser()), { token: resetToken, ...link }),
    verify: busy.verifyEmail(from(browser()), { token: signUpToken, ...link }),
    undo: busy.settings.undoAddress(from(browser()), { token: undoToken, ...link }),
    settings: busy.settings.typePassword(from(member.caller), PASSWORD),
    trusted: busy.logIn(from(trusted.caller), { email, password: PASSWORD }),
  };
  const codes = Object.entries(asked).map(async ([name, answer]) => [name, await codeOf(answer)]);
  expect(Object.fromEntries(await Promise.all(codes))).toEqual({
    reset: "BUSY",
    verify: "BUSY",
    undo: "BUSY",
    settings: "BUSY",
    trusted: "BUSY",
  });
  stop.abort();
  await Promise.all(strangers);
});
