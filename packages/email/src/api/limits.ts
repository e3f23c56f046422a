import { CLOCK_SKEW, type Db, Prisma } from "@repo/db";
import { Refusal } from "@repo/errors";
import { type Client, invalidKey } from "./authenticate.ts";

/** What a key may do a number of times in an hour. It has a bucket for each. */
interface Limit {
  /** The column that says when the bucket is full again. */
  fullAt: Prisma.Sql;
  /** How much the full bucket holds. */
  size: Prisma.Sql;
  code: string;
  message: string;
}

const EMAILS: Limit = {
  fullAt: Prisma.sql`full_at`,
  size: Prisma.sql`per_hour`,
  code: "TOO_MANY_EMAILS",
  message:
    "This key has reached its limit of emails an hour. Send it again after the seconds in Retry-After.",
};

// A program may ask a few times about each of its emails.
const READS: Limit = {
  fullAt: Prisma.sql`reads_full_at`,
  size: Prisma.sql`(per_hour::bigint * 10)`,
  code: "TOO_MANY_READS",
  message:
    "This key may ask ten times as often as it may queue emails. Ask again after the seconds in Retry-After.",
};

/**
 * Takes one of the emails that a key may queue. It commits on its own, so that a refused email
 * counts too.
 *
 * @throws Refusal `TOO_MANY_EMAILS`; `INVALID_API_KEY` if the key was revoked in the meantime
 */
export const takeEmail = (db: Db, client: Client) => take(db, client, EMAILS);

/**
 * Takes one of the questions that a key may ask about its emails. Those about unknown ids count
 * too.
 *
 * @throws Refusal `TOO_MANY_READS`; `INVALID_API_KEY` if the key was revoked in the meantime
 */
export const takeRead = (db: Db, client: Client) => take(db, client, READS);

async function take(
  db: Db,
  { keyId }: Client,
  { fullAt, size, code, message }: Limit,
): Promise<void> {
  // The generic cell rate algorithm: a row says when its bucket will be full, and each use delays
  // that by the time in which one comes back. clock_timestamp(), because now() is too old after
  // waiting for another request with this key.
  const back = Prisma.sql`(interval '1 hour' / ${size})`;
  const butOne = Prisma.sql`${back} * (${size} - 1)`;
  const taken = await db.$executeRaw`
    UPDATE api_keys SET used_at = clock_timestamp(),
      ${fullAt} = ${back} +
        greatest(least(${fullAt}, clock_timestamp() + ${butOne}), clock_timestamp())
    WHERE id = ${keyId}::uuid AND revoked_at IS NULL AND (
      ${fullAt} <= clock_timestamp() + ${butOne}
      -- Later than an empty bucket: the time is of another clock. It would refuse until that time.
      -- Instead it grants one use now.
      OR ${fullAt} > clock_timestamp() + interval '1 hour' + ${CLOCK_SKEW} * interval '1 second')`;
  if (taken > 0) return;
  const [key] = await db.$queryRaw<{ wait: number }[]>`
    SELECT greatest(1, ceil(extract(epoch FROM
      ${fullAt} - ${butOne} - clock_timestamp())))::int AS wait
    FROM api_keys WHERE id = ${keyId}::uuid AND revoked_at IS NULL`;
  if (!key) throw invalidKey();
  throw new Refusal(429, code, message, { retryable: true, retryAfter: key.wait });
}
