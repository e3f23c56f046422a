import { Prisma, type Tx } from "@repo/db";
import { type Address, parseAddress } from "@repo/email/enqueue";
import { type MessageStatus, messageStatus } from "@repo/email/log";
import type { Caller, Context } from "./context.ts";
import { AccountError } from "./errors.ts";
import { LINK_MINUTES, SIGN_UP_DAYS } from "./lifetimes.ts";
import { refuse } from "./limits/refuse.ts";
import { issueLink } from "./links.ts";
import { checkPassword } from "./passwords/check.ts";
import { placeOf } from "./passwords/place.ts";
import type { Profile } from "./profile.ts";
import { hashesOf, newHash, newToken } from "./tokens.ts";
import { inTransaction } from "./transaction.ts";

/** What a person types to sign up. */
export interface NewSignUp extends Profile {
  email: string;
  password: string;
}

/** A sign-up of this browser, for its page. */
export interface PendingSignUp {
  email: string;
  status: MessageStatus;
}

// Sign-ups kept per address. The links of an older one still work, but its name and password no
// longer count.
const NEWEST = 5;

/**
 * Stores a sign-up, and emails the link that proves its mailbox. If the address has an account, the
 * caller sees the same, and the owner gets a notice.
 *
 * @returns the sign-up's token, for a cookie of this browser
 * @throws AccountError `WEAK_PASSWORD`, `TOO_MANY_TRIES`, `SIGN_UP_CLOSED`, `BUSY`
 */
export async function signUp(context: Context, caller: Caller, input: NewSignUp): Promise<string> {
  const { db, secret, hasher } = context;
  const { email: typed, password, ...profile } = input;
  const address = parseAddress(typed);
  checkPassword(password, { name: profile.name, email: address.address });
  const taken = await takeEmail(context, caller, address);
  const locale = caller.locale ?? null;
  const token = newToken();
  const act = async () => {
    const passwordHash = await hasher.hash(password, placeOf(caller));
    await inTransaction(db, async (tx) => {
      const mayEmail = taken.granted("signUpMail");
      const messageId = mayEmail ? await emailLink(tx, context, address, locale) : null;
      await tx.$executeRaw`
        WITH surplus AS (
          SELECT id FROM sign_ups WHERE email_key = ${address.key}
          ORDER BY created_at DESC OFFSET ${NEWEST - 1}
        ), locked AS MATERIALIZED (
          -- All sign-ups of an address lock in this order, so they never deadlock.
          SELECT id FROM sign_ups WHERE id IN (SELECT id FROM surplus) ORDER BY id FOR UPDATE
        ), ended AS (DELETE FROM sign_ups WHERE id IN (SELECT id FROM locked))
        INSERT INTO sign_ups
          (id, email, email_key, profile, password_hash, locale, browser_hash, message_id, expires_at)
        VALUES (gen_random_uuid(), ${address.address}, ${address.key}, ${JSON.stringify(profile)}::jsonb,
                ${passwordHash}, ${locale}, ${newHash(secret, "sign-up", token)}, ${messageId}::uuid,
                now() + make_interval(days => ${SIGN_UP_DAYS}::int))`;
    });
  };
  await taken.orGiveBack(act, "signUpMail", "signUpMailOfADay");
  return token;
}

/**
 * Emails the link of this browser's sign-up again. It requires the sign-up's cookie, so that nobody
 * can make us write to a mailbox that they did not sign up with.
 *
 * @throws AccountError `SIGN_UP_UNKNOWN`, `TOO_MANY_TRIES`, `SIGN_UP_CLOSED`, `BUSY`
 */
export async function resendLink(context: Context, caller: Caller): Promise<void> {
  const found = await findSignUp(context, caller);
  if (!found) throw new AccountError("SIGN_UP_UNKNOWN");
  const { id, address, locale } = found;
  const taken = await takeEmail(context, caller, address);
  if (!taken.granted("signUpMail")) return;
  const act = () =>
    inTransaction(context.db, async (tx) => {
      const messageId = await emailLink(tx, context, address, locale);
      await tx.$executeRaw`
        UPDATE sign_ups SET message_id = ${messageId}::uuid WHERE id = ${id}::uuid`;
    });
  await taken.orGiveBack(act, "signUpMail", "signUpMailOfADay");
}

/**
 * What this browser may know about its sign-up: only what anybody could learn by writing to the
 * address. It does not change when the owner of the mailbox confirms.
 */
export async function pendingSignUp(
  context: Context,
  caller: Caller,
): Promise<PendingSignUp | undefined> {
  const found = await findSignUp(context, caller);
  if (!found) return undefined;
  const { messageId, address } = found;
  const status = messageId === null ? "on-its-way" : await messageStatus(context.db, messageId);
  return { email: address.address, status };
}

async function findSignUp({ db, secret }: Context, { signUp: token }: Caller) {
  if (token === undefined) return undefined;
  type Found = Address & { id: string; messageId: string | null; locale: string | null };
  const [row] = await db.$queryRaw<Found[]>`
    SELECT id, message_id AS "messageId", locale, email AS address, email_key AS key FROM sign_ups
    WHERE browser_hash IN (${Prisma.join(hashesOf(secret, "sign-up", token))})
      AND expires_at > now()`;
  if (!row) return undefined;
  const { id, messageId, locale, ...address } = row;
  return { id, messageId, locale, address };
}

/**
 * Takes the limits of an email to a mailbox that a stranger may have typed. If the mailbox has
 * reached its limit, no email is granted. The answer stays the same.
 */
async function takeEmail({ limits, quotaPerDay }: Context, caller: Caller, { key }: Address) {
  const taken = await limits.take(
    limits.client(caller.ip),
    limits.mailbox("signUpMail", key),
    limits.signUpMailOfADay(await quotaPerDay()),
  );
  refuse(taken.refusal);
  return taken;
}

/**
 * Emails the link, or the notice if there is an account. The notice is in the account's language.
 *
 * @param locale the language of the browser that signed up
 * @returns the email's id
 */
async function emailLink(
  tx: Tx,
  { enqueue, secret, url }: Context,
  to: Address,
  locale: string | null,
): Promise<string> {
  // An address with an account gets a link too, which nobody sees. So both take the same time.
  const { token, expiresAt, account, isReserved } = await issueLink(tx, secret, "verify_email", to);
  const { id } =
    account || isReserved
      ? await enqueue(tx, {
          template: "account-exists",
          to: to.address,
          locale: account ? account.locale : locale,
          props: { logInUrl: url("/login"), resetUrl: url("/forgot-password"), isReserved },
          expiresAt,
        })
      : await enqueue(tx, {
          template: "verify-email",
          to: to.address,
          locale,
          props: {
            url: url(`/verify-email?token=${token}`),
            expiresInMinutes: LINK_MINUTES.verify_email,
          },
          expiresAt,
        });
  return id;
}
