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

/** The refusal of a key that does not exist, or not any more. */
export function invalidKey(): Refusal {
  return new Refusal(
    401,
    "INVALID_API_KEY",
    "Send a valid key as Authorization: Bearer email_key_…. An operator makes one with pnpm email:keys.",
  );
}
