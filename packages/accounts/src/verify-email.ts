import type { Tx } from "@repo/db";
import type { Caller, Context } from "./context.ts";
import { AccountError } from "./errors.ts";
import { openLink, redeemLink } from "./links.ts";
import type { LogIn } from "./log-in.ts";
import { checkPassword } from "./passwords/check.ts";
import type { Profile } from "./profile.ts";
import { startSession } from "./sessions.ts";
import { hashToken } from "./tokens.ts";
import { inTransaction } from "./transaction.ts";
import { trustBrowser } from "./trusted-browser.ts";

/** All but the token counts only where this browser did not sign up. */
export type Verification = Typed & {
  /** Of the link. */
  token: string;
};

type Typed = { [Name in keyof Profile]?: Profile[Name] | undefined } & {
  password?: string | undefined;
};

/** What becomes the account's. */
interface Chosen {
  profile: Profile;
  passwordHash: string;
}

/**
 * Reads the link of a sign-up, for the page that it opens. Nothing is used up.
 *
 * @returns whose mailbox it proves, and whether this browser signed up with it: then its name
 *   and password count, and none need be typed
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function openVerification(
  { db, secret }: Context,
  caller: Caller,
  token: string,
): Promise<{ email: string; isSignedUp: boolean }> {
  const { address, key } = await openLink(db, secret, "verify_email", token);
  const own = await signUpOf(db, secret, caller, key);
  return { email: address, isSignedUp: own !== undefined };
}

/**
 * Makes the account, and logs its owner in. The link proves the mailbox and nothing else: in the
 * browser that signed up, that sign-up's name and password become the account's; in any other,
 * those that are typed now. So a password that a stranger chose never counts.
 *
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`; `PASSWORD_REQUIRED` and
 *   `WEAK_PASSWORD`, after which the link is as good as before; `BUSY`
 */
export async function verifyEmail(
  context: Context,
  caller: Caller,
  input: Verification,
): Promise<LogIn> {
  const { db, secret, enqueue, url, limits } = context;
  const { token, ...typed } = input;
  const { address: email, key } = await openLink(db, secret, "verify_email", token);
  const typedNow = (await signUpOf(db, secret, caller, key))
    ? undefined
    : await readTyped(context, caller, email, typed);
  const logIn = await inTransaction(db, async (tx) => {
    const address = await redeemLink(tx, secret, "verify_email", token);
    const chosen = typedNow ?? (await signUpOf(tx, secret, caller, key));
    // It was pushed out a moment ago.
    if (!chosen) throw new AccountError("PASSWORD_REQUIRED");
    const { profile, passwordHash } = chosen;
    const [user] = await tx.user.createManyAndReturn({
      data: [{ ...profile, email: address.address, emailKey: key, passwordHash }],
      skipDuplicates: true,
      select: { id: true, name: true, email: true, trustEpoch: true },
    });
    // Two sign-ups of one address went on at once, and the other's link was faster.
    if (!user) throw new AccountError("TOKEN_USED");
    await tx.signUp.updateMany({ where: { emailKey: key }, data: { passwordHash: null } });
    const { trustEpoch, ...known } = user;
    await enqueue(tx, {
      template: "welcome",
      to: user.email,
      props: { name: user.name, url: url("/account") },
    });
    const session = await startSession(tx, secret, user.id);
    return { user: known, session, trusted: trustBrowser(secret, key, trustEpoch) };
  });
  await limits.giveBack(limits.mailbox("signUpMail", key));
  return logIn;
}

/** @returns the sign-up of this browser, if it is one of the address's newest */
async function signUpOf(
  db: Pick<Tx, "$queryRaw">,
  secret: string,
  { signUp: token }: Caller,
  emailKey: string,
): Promise<Chosen | undefined> {
  if (token === undefined) return undefined;
  const [found] = await db.$queryRaw<Chosen[]>`
    SELECT profile, password_hash AS "passwordHash" FROM sign_ups
    WHERE browser_hash = ${hashToken(secret, "sign-up", token)} AND email_key = ${emailKey}
      AND password_hash IS NOT NULL AND expires_at > now()`;
  return found;
}

async function readTyped(
  { hasher }: Context,
  caller: Caller,
  email: string,
  { password, ...typed }: Typed,
): Promise<Chosen> {
  if (password === undefined) throw new AccountError("PASSWORD_REQUIRED");
  // A program may leave fields out; the page asks for them. Their columns have defaults.
  const told = Object.fromEntries(
    Object.entries(typed).filter(([, value]) => value !== undefined),
  ) as Partial<Profile>;
  const profile = { ...told, name: told.name ?? email.slice(0, email.lastIndexOf("@")) };
  checkPassword(password, { name: profile.name, email });
  const place = { client: caller.ip, signal: caller.signal, first: true };
  return { profile, passwordHash: await hasher.hash(password, place) };
}
