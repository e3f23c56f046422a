import { type Db, Prisma } from "@repo/db";
import { Refusal } from "@repo/errors";
import { hashKey } from "./key.ts";

/** The program that sends a request, as its key says. */
export interface Client {
  keyId: string;
  program: string;
  /** The emails that it may queue, by name. */
  templates: string[];
}

/**
 * Finds out which program sends a request. A missing, a forged and a revoked key take the same
 * statement and get the same answer.
 *
 * @param key "" if there is none
 * @throws Refusal `INVALID_API_KEY`
 */
export async function authenticate(db: Db, key: string): Promise<Client> {
  const [client] = await db.query<Client>(Prisma.sql`
    SELECT id AS "keyId", program, templates FROM api_keys
    WHERE hash = ${hashKey(key)} AND revoked_at IS NULL`);
  if (!client) throw invalidKey();
  return client;
}

/**
 * Takes one of the emails that a key may queue. It commits on its own, so that a refused email
 * counts too.
 *
 * @throws Refusal `TOO_MANY_EMAILS`; `INVALID_API_KEY` if the key was revoked in the meantime
 */
export async function takeEmail(db: Db, { keyId }: Client): Promise<void> {
  // The generic cell rate algorithm: a row says when its bucket will be full, and an email delays
  // that by the time in which one comes back. clock_timestamp(), because now() is too old after
  // waiting for another request with this key.
  const taken = await db.$executeRaw`
    UPDATE api_keys SET used_at = clock_timestamp(),
      full_at = greatest(full_at, clock_timestamp()) + interval '1 hour' / per_hour
    WHERE id = ${keyId}::uuid AND revoked_at IS NULL
      AND full_at <= clock_timestamp() + (interval '1 hour' / per_hour) * (per_hour - 1)`;
  if (taken > 0) return;
  const [key] = await db.$queryRaw<{ wait: number }[]>`
    SELECT greatest(1, ceil(extract(epoch FROM
      full_at - (interval '1 hour' / per_hour) * (per_hour - 1) - clock_timestamp())))::int AS wait
    FROM api_keys WHERE id = ${keyId}::uuid AND revoked_at IS NULL`;
  if (!key) throw invalidKey();
  throw new Refusal(
    429,
    "TOO_MANY_EMAILS",
    "This key has reached its limit of emails an hour. Send it again after the seconds in Retry-After.",
    { retryable: true, retryAfter: key.wait },
  );
}

/** The refusal of a key that does not exist, or not any more. */
export function invalidKey(): Refusal {
  return new Refusal(
    401,
    "INVALID_API_KEY",
    "Send a valid key as Authorization: Bearer email_key_…. An operator makes one with pnpm email:keys.",
  );
}
