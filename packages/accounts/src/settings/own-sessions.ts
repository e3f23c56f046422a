import type { Tx } from "@repo/db";
import type { Caller, Context } from "../context.ts";
import { SESSION_DAYS } from "../lifetimes.ts";
import { type Owner, findOwner, inAccount } from "./owner.ts";

/** A session, as its owner sees it. */
export interface OwnSession {
  id: string;
  /** Null: unknown. */
  device: string | null;
  since: Date;
  /** Exact to an hour. */
  usedAt: Date;
  /** Whether it is the session of the caller's own browser. */
  isThis: boolean;
}

/**
 * The sessions of the caller's account that have not ended, the most recently used first.
 *
 * @throws AccountError `NOT_LOGGED_IN`
 */
export async function listSessions({ db, secret }: Context, caller: Caller): Promise<OwnSession[]> {
  const { id, sessionId } = await findOwner(db, secret, caller);
  return db.$queryRaw`
    SELECT id, device, created_at AS since, used_at AS "usedAt", id = ${sessionId}::uuid AS "isThis"
    FROM sessions WHERE user_id = ${id}::uuid AND expires_at > now()
      AND used_at > now() - make_interval(days => ${SESSION_DAYS.unused}::int)
    ORDER BY id = ${sessionId}::uuid DESC, used_at DESC, id`;
}

/**
 * Ends one session of the caller's account, and tells its owner by email. A session that has ended
 * or belongs to somebody else is no error, and nothing happens.
 *
 * @param id a UUID
 * @throws AccountError `NOT_LOGGED_IN`, `BUSY`
 */
export async function endOwnSession(context: Context, caller: Caller, id: string): Promise<void> {
  const email = await takeEmail(context, caller);
  const isEnded = await inAccount(context, caller, { passwordTyped: false }, async (tx, owner) => {
    const { count } = await tx.session.deleteMany({ where: { id, userId: owner.id } });
    if (count > 0 && email.granted) await tell(tx, context, owner, "session");
    return count > 0;
  });
  // No email was sent, so none counts. Otherwise a thief could use up the limit with ids of no
  // session, and then end sessions without an email to the owner.
  if (!isEnded) await email.giveBack();
}

/**
 * Ends all sessions and all trusted browsers of the caller's account, and tells its owner by email.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `BUSY`
 */
export async function logOutEverywhere(context: Context, caller: Caller): Promise<void> {
  const email = await takeEmail(context, caller);
  await inAccount(context, caller, { passwordTyped: false }, async (tx, owner) => {
    await tx.session.deleteMany({ where: { userId: owner.id } });
    await tx.user.update({ where: { id: owner.id }, data: { trustEpoch: { increment: 1 } } });
    if (email.granted) await tell(tx, context, owner, "sessions");
  });
}

/** Beyond the limit, sessions still end, but no email is sent. */
async function takeEmail({ db, secret, limits }: Context, caller: Caller) {
  const { id } = await findOwner(db, secret, caller);
  const taken = await limits.take(limits.account("accountChanges", id));
  return {
    granted: taken.granted("accountChanges"),
    giveBack: () => taken.giveBack("accountChanges"),
  };
}

async function tell(
  tx: Tx,
  { enqueue, url }: Context,
  { name, email, locale }: Owner,
  change: "session" | "sessions",
): Promise<void> {
  const props = { name, change, url: url("/forgot-password") };
  await enqueue(tx, { template: "account-changed", to: email, locale, props });
}
