import { Prisma, type Tx } from "@repo/db";
import type { Address } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import type { Caller, Context } from "./context.ts";
import { AccountError } from "./errors.ts";
import { isReserved, openLink, redeemLink } from "./links.ts";
import type { LogIn } from "./log-in.ts";
import { checkPassword } from "./passwords/check.ts";
import { takePlace } from "./passwords/place.ts";
import type { Profile } from "./profile.ts";
import { startSession } from "./sessions.ts";
import { hashesOf } from "./tokens.ts";
import { inTransaction } from "./transaction.ts";
import { trustBrowser } from "./trusted-browser.ts";

/** The other fields count only if this browser did not sign up. */
export type Verification = Typed & {
  /** The token of the link. */
  token: string;
};

type Typed = { [Name in keyof Profile]?: Profile[Name] | undefined } & {
  password?: string | undefined;
};

/** The data of the new account. */
interface Chosen {
  profile: Profile;
  passwordHash: string;
  locale: string | null;
}

/**
 * Reads the link of a sign-up for its page, without using it up.
 *
 * @returns the address that it proves, and whether this browser signed up with it. If so, the name
 *   and password of the sign-up count, and the page need not ask for them.
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
 * Makes the account, and logs its owner in. The link proves only the mailbox. In the browser that
 * signed up, the account gets the sign-up's name and password. In any other browser it gets the
 * name and password that are typed now. So a password that a stranger chose never counts.
 *
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`; `PASSWORD_REQUIRED` and
 *   `WEAK_PASSWORD` (the link stays valid); `BUSY`
 */
export async function verifyEmail(
  context: Context,
  caller: Caller,
  input: Verification,
): Promise<LogIn> {
  const { db, secret, enqueue, url } = context;
  const { token, ...typed } = input;
  const opened = await openLink(db, secret, "verify_email", token);
  const { key } = opened;
  const typedNow = (await signUpOf(db, secret, caller, key))
    ? undefined
    : await readTyped(context, caller, opened, typed);
  return inTransaction(db, async (tx) => {
    const address = await redeemLink(tx, secret, "verify_email", token);
    const chosen = typedNow ?? (await signUpOf(tx, secret, caller, key));
    // Newer sign-ups have just replaced this one.
    if (!chosen) throw new AccountError("PASSWORD_REQUIRED");
    const { profile, passwordHash, locale } = chosen;
    const [user] = await tx.user.createManyAndReturn({
      data: [{ ...profile, email: address.address, emailKey: key, passwordHash, locale }],
      skipDuplicates: true,
      select: { id: true, name: true, email: true, locale: true, role: true, trustEpoch: true },
    });
    // Two links of one address were redeemed at once, and the other one was faster.
    if (!user) throw new AccountError("TOKEN_USED");
    // An account has left this address meanwhile, and may have it back.
    if (await isReserved(tx, key, null)) throw new AccountError("TOKEN_USED");
    await tx.signUp.updateMany({ where: { emailKey: key }, data: { passwordHash: null } });
    const { trustEpoch: _, ...known } = user;
    await enqueue(tx, {
      template: "welcome",
      to: user.email,
      locale,
      props: { name: user.name, url: url("/account") },
    });
    const session = await startSession(tx, secret, user.id, caller);
    return { user: known, session, trusted: trustBrowser(secret, key, user) };
  });
}

/** @returns the sign-up of this browser, if it is one of the address's newest */
async function signUpOf(
  db: Pick<Tx, "$queryRaw">,
  secret: Keys,
  { signUp: token }: Caller,
  emailKey: string,
): Promise<Chosen | undefined> {
  if (token === undefined) return undefined;
  const [found] = await db.$queryRaw<Chosen[]>`
    SELECT profile, password_hash AS "passwordHash", locale FROM sign_ups
    WHERE browser_hash IN (${Prisma.join(hashesOf(secret, "sign-up", token))})
      AND email_key = ${emailKey}
      AND password_hash IS NOT NULL AND expires_at > now()`;
  return found;
}

async function readTyped(
  context: Context,
  caller: Caller,
  { address: email, key }: Address,
  { password, ...typed }: Typed,
): Promise<Chosen> {
  if (password === undefined) throw new AccountError("PASSWORD_REQUIRED");
  // A program may omit fields that the page asks for. Their columns have defaults.
  const given = Object.fromEntries(
    Object.entries(typed).filter(([, value]) => value !== undefined),
  ) as Partial<Profile>;
  const profile = { ...given, name: given.name ?? email.slice(0, email.lastIndexOf("@")) };
  checkPassword(password, { name: profile.name, email });
  const place = await takePlace(context, caller, key);
  const passwordHash = await context.hasher.hash(password, place);
  return { profile, passwordHash, locale: caller.locale ?? null };
}
