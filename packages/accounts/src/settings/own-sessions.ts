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
  await endAndTell(context, caller, "session", async (tx, owner) => {
    const { count } = await tx.session.deleteMany({ where: { id, userId: owner.id } });
    return count > 0;
  });
}

/**
 * Ends all sessions and all trusted browsers of the caller's account, and tells its owner by email.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `BUSY`
 */
export async function logOutEverywhere(context: Context, caller: Caller): Promise<void> {
  await endAndTell(context, caller, "sessions", async (tx, owner) => {
    await tx.session.deleteMany({ where: { userId: owner.id } });
    await tx.user.update({ where: { id: owner.id }, data: { trustEpoch: { increment: 1 } } });
    return true;
  });
}

/**
 * Ends sessions and tells the owner. Beyond the limit, sessions still end, but no email is sent.
 *
 * @param end returns whether it has ended any
 */
async function endAndTell(
  context: Context,
  caller: Caller,
  change: "session" | "sessions",
  end: (tx: Tx, owner: Owner) => Promise<boolean>,
): Promise<void> {
  const { db, secret, limits, enqueue, url } = context;
  const { id } = await findOwner(db, secret, caller);
  const taken = await limits.take(limits.account("accountChanges", id));
  const act = () =>
    inAccount(context, caller, { passwordTyped: false }, async (tx, owner) => {
      const hasEnded = await end(tx, owner);
      if (hasEnded && taken.granted("accountChanges")) {
        const { name, email, locale } = owner;
        const props = { name, change, url: url("/forgot-password") };
        await enqueue(tx, { template: "account-changed", to: email, locale, props });
      }
      return hasEnded;
    });
  const hasEnded = await taken.orGiveBack(act, "accountChanges");
  // No email was sent, so none counts. Otherwise a thief could use up the limit with ids of no
  // session, and then end sessions without an email to the owner.
  if (!hasEnded) await taken.giveBack("accountChanges");
}
