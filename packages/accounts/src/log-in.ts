import { parseAddress } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import type { Caller, Context } from "./context.ts";
import { AccountError } from "./errors.ts";
import { refuse } from "./limits/refuse.ts";
import { placeOf, takePlace } from "./passwords/place.ts";
import { type SessionUser, startSession } from "./sessions.ts";
import { hashUnder } from "./tokens.ts";
import { inTransaction } from "./transaction.ts";
import { isTrusted, trustBrowser } from "./trusted-browser.ts";

export interface Credentials {
  email: string;
  password: string;
}

/** A new session. Both tokens are for cookies and are stored nowhere. */
export interface LogIn {
  user: SessionUser;
  session: string;
  trusted: string;
}

/**
 * Checks email and password. Every refusal looks the same. A log-in never sends email.
 *
 * @throws AccountError `INVALID_CREDENTIALS`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function logIn(context: Context, caller: Caller, input: Credentials): Promise<LogIn> {
  const { db, secret, limits, hasher } = context;
  const { key } = parseAddress(input.email);
  const detail = {
    address: fingerprint(secret, "address", key),
    client: fingerprint(secret, "client", caller.ip),
  };
  const trusted = await takeTrust(context, caller, key);
  // Taken before the look-up, so it is the same for every address.
  const taken = trusted
    ? undefined
    : await limits.take(limits.client(caller.ip), limits.address("wrongPassword", key));
  refuse(taken?.refusal, detail);
  const place = trusted ? await takePlace(context, caller, key) : placeOf(caller);
  const account = await db.user.findUnique({ where: { emailKey: key } });
  const verify = () => hasher.verify(account?.passwordHash, input.password, place);
  // A password that nobody compared was not wrong.
  const { matches, outdated } = await (taken?.orGiveBack(verify, "wrongPassword") ?? verify());
  const wrong = () => new AccountError("INVALID_CREDENTIALS", { detail });
  if (!matches || !account) throw wrong();
  const rehashed = outdated ? await hasher.hash(input.password, place) : account.passwordHash;
  const session = await inTransaction(db, async (tx) => {
    // The row lock makes this run either before or after a reset. If it runs before, the reset ends
    // the new session.
    const unchanged = await tx.$executeRaw`
      UPDATE users SET password_hash = ${rehashed}
      WHERE id = ${account.id}::uuid AND password_hash = ${account.passwordHash}`;
    if (unchanged === 0) throw wrong();
    return startSession(tx, secret, account.id, caller);
  });
  await taken?.giveBack("client", "clientNetwork", "wrongPassword");
  const { id, name, email, locale, role } = account;
  return {
    user: { id, name, email, locale, role },
    session,
    trusted: trustBrowser(secret, key, account),
  };
}

/**
 * Takes one of the attempts of a browser that is trusted for this account.
 *
 * @returns whether it had one
 */
async function takeTrust(
  { db, secret, limits }: Context,
  { trusted }: Caller,
  emailKey: string,
): Promise<boolean> {
  if (trusted === undefined || !(await isTrusted(db, secret, emailKey, trusted))) return false;
  const taken = await limits.take(limits.browser("trustedBrowser", trusted));
  return taken.granted("trustedBrowser");
}

/** A short hash, to recognize an address or a client in the log until the next new key. */
function fingerprint([newest]: Keys, use: "address" | "client", text: string): string {
  return hashUnder(newest, use, text).toString("base64url").slice(0, 16);
}
