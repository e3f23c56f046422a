import { randomUUID } from "node:crypto";
import { EmailError, parseAddress } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import { RESTORED_AT } from "@repo/email/log";
import { createSealer } from "@repo/email/seal";
import type { Caller, Context } from "./context.ts";
import { LINK_MINUTES } from "./lifetimes.ts";
import { refuse } from "./limits/refuse.ts";
import { issueLink } from "./links.ts";
import { newHash } from "./tokens.ts";
import { inTransaction } from "./transaction.ts";

/** The channel that the worker listens to. */
export const RESET_REQUESTS = "reset_requests";

/**
 * Stores a request for a link to a new password. Every address gets the same row. Only the worker
 * looks for an account, so neither the answer nor its time reveals one.
 *
 * @throws AccountError `TOO_MANY_TRIES`
 */
export async function requestPasswordReset(
  { db, secret, limits }: Context,
  caller: Caller,
  email: string,
): Promise<void> {
  const { address, key } = parseAddress(email);
  const taken = await limits.take(limits.client(caller.ip), limits.address("recoveryMail", key));
  refuse(taken.refusal);
  const mayEmail = taken.granted("recoveryMail");
  const id = randomUUID();
  const sealed = createSealer(secret).seal(id, address);
  const emailHash = newHash(secret, "address", key);
  const store = async () => db.$executeRaw`
    INSERT INTO reset_requests (id, email_hash, email, handled_at, result)
    VALUES (${id}::uuid, ${emailHash}, ${mayEmail ? sealed : null},
            CASE WHEN ${mayEmail} THEN NULL ELSE now() END,
            CASE WHEN ${mayEmail} THEN NULL ELSE 'limited'::reset_result END)
    RETURNING pg_notify(${RESET_REQUESTS}, '')`;
  await taken.orGiveBack(store, "recoveryMail");
}

/** What became of a request for a new password. */
export type Handled =
  | { result: "emailed" | "no-account" | "unreadable" }
  | { result: "failed"; id: string; error: unknown };

/**
 * Handles the oldest waiting request: emails the link if the address has an account. Several
 * workers may run it at once. Requests from a restored backup are never handled, because they may
 * have been handled after the backup. The people can ask again.
 *
 * @param except ids of requests that have failed: they must not keep the others waiting
 * @returns what became of it; undefined if none waits
 */
export async function handleResetRequest(
  context: Pick<Context, "db" | "enqueue" | "secret" | "url">,
  except: string[],
): Promise<Handled | undefined> {
  const { db, enqueue, secret, url } = context;
  let id: string | undefined;
  const handling = inTransaction(db, async (tx) => {
    const [request] = await tx.$queryRaw<{ id: string; email: Uint8Array }[]>`
      SELECT id, email FROM reset_requests WHERE handled_at IS NULL AND created_at > ${RESTORED_AT}
        AND id <> ALL(${except}::uuid[])
      ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
    if (!request) return undefined;
    id = request.id;
    const to = open(secret, request);
    const account = to && (await tx.user.findUnique({ where: { emailKey: to.key } }));
    if (account) {
      const { name, email: address, emailKey: key, locale } = account;
      const { token, expiresAt } = await issueLink(tx, secret, "reset_password", { address, key });
      const props = {
        name,
        url: url(`/reset-password?token=${token}`),
        expiresInMinutes: LINK_MINUTES.reset_password,
      };
      await enqueue(tx, { template: "password-reset", to: address, locale, props, expiresAt });
    }
    const result = account ? "emailed" : to ? "no-account" : "unreadable";
    await tx.$executeRaw`
      UPDATE reset_requests SET handled_at = now(), email = NULL, result = ${result}::reset_result
      WHERE id = ${request.id}::uuid`;
    return { result } as const;
  });
  return handling.catch((error: unknown) => {
    if (id === undefined) throw error;
    return { result: "failed", id, error };
  });
}

function open(secret: Keys, { id, email }: { id: string; email: Uint8Array }) {
  try {
    return parseAddress(String(createSealer(secret).open(id, email)));
  } catch (error) {
    // AUTH_SECRET has lost the key since then. The person can ask again.
    if (error instanceof EmailError) return undefined;
    throw error;
  }
}
