import { type Db, Prisma } from "@repo/db";
import { type Action, act } from "../message-actions.ts";
import { CANCELLED } from "../cancel.ts";
import type { Decision } from "../decision.ts";
import { EmailError } from "../error.ts";
import { recordAction } from "../operations/actions.ts";
import { isUuid } from "../uuid.ts";
import { hashKey, newKey, startOf } from "./key.ts";

/** A key as an operator sees it. */
export interface ApiKey {
  id: string;
  /** Its beginning. */
  start: string;
  program: string;
  templates: string[];
  /** How many emails it may queue in an hour. */
  perHour: number;
  createdAt: Date;
  /** When a program last used it. */
  usedAt: Date | null;
  revokedAt: Date | null;
}

export interface NewApiKey {
  /**
   * The program that gets it: 1 to 40 characters of a-z, 0-9 and -. Keys of one program share its
   * messages and its idempotency keys, so that a program can change its key.
   */
  program: string;
  /** The emails that it may queue, by name. */
  templates: string[];
  /**
   * How many emails it may queue at once. What is used up comes back evenly within an hour. It may
   * ask about its emails ten times as often.
   */
  perHour: number;
}

const PROGRAM = /^[a-z\d][a-z\d-]{0,39}$/;
const MAX_PER_HOUR = 1_000_000;

/**
 * Makes a key. Who did it and why is stored.
 *
 * @returns the key, which nobody can read again
 * @throws EmailError `INVALID_KEY_OPTION`, `NO_REASON`
 */
export async function createKey(
  db: Db,
  { program, templates, perHour }: NewApiKey,
  decision: Decision,
): Promise<ApiKey & { key: string }> {
  if (!PROGRAM.test(program)) {
    throw invalid(
      "The name of a program is 1 to 40 characters of a-z, 0-9 and -, such as billing.",
    );
  }
  if (templates.length === 0) throw invalid("Name the templates that the key may queue.");
  if (!Number.isInteger(perHour) || perHour < 1 || perHour > MAX_PER_HOUR) {
    throw invalid(`The limit is a number of emails an hour, from 1 to ${MAX_PER_HOUR}.`);
  }
  const key = newKey();
  return db.$transaction(async (tx) => {
    const row = await tx.apiKey.create({
      data: { hash: hashKey(key), start: startOf(key), program, templates, perHour },
      select: COLUMNS,
    });
    await recordAction(tx, { action: "create-key", subject: nameOf(row), ...decision });
    return { ...row, key };
  });
}

/** All keys, the newest first. */
export function listKeys(db: Db): Promise<ApiKey[]> {
  return db.apiKey.findMany({ select: COLUMNS, orderBy: { id: "desc" } });
}

/**
 * Ends a key at once. Who did it and why is stored.
 *
 * @param options.cancelWaiting also cancels the emails that the key has queued and that still wait.
 *   This is for a stolen key. It works for a key that is revoked already too.
 * @returns the key, and how many emails were cancelled
 * @throws EmailError `UNKNOWN_KEY`, `NO_REASON`
 */
export async function revokeKey(
  db: Db,
  id: string,
  { cancelWaiting = false, ...decision }: Decision & { cancelWaiting?: boolean | undefined },
): Promise<{ program: string; start: string; cancelled: number }> {
  const revoked = await db.$transaction(async (tx) => {
    const [row] = isUuid(id)
      ? await tx.$queryRaw<{ id: string; program: string; start: string }[]>`
          WITH found AS MATERIALIZED (
            -- It waits for the emails of this key that are not committed yet. Then \`cancelOf\` finds them.
            SELECT id FROM api_keys
            WHERE id = ${id}::uuid AND (revoked_at IS NULL OR ${cancelWaiting}) FOR UPDATE
          )
          UPDATE api_keys k SET revoked_at = coalesce(revoked_at, now())
          FROM found WHERE k.id = found.id
          RETURNING k.id, k.program, k.start`
      : [];
    if (!row) {
      throw new EmailError(
        "UNKNOWN_KEY",
        `There is no valid key ${id}. pnpm email:keys lists all keys.`,
      );
    }
    await recordAction(tx, { action: "revoke-key", subject: nameOf(row), ...decision });
    return row;
  });
  if (!cancelWaiting) return { ...revoked, cancelled: 0 };
  const { messages } = await act(db, cancelOf(id), {}, decision);
  return { ...revoked, cancelled: messages };
}

/** Cancels what a key has queued and no worker has claimed. */
function cancelOf(keyId: string): Action {
  return {
    name: "cancel",
    possible: Prisma.sql`state = 'queued' AND EXISTS (
      SELECT FROM api_emails e WHERE e.message_id = m.id AND e.key_id = ${keyId}::uuid)`,
    inDoubt: Prisma.sql`resent`,
    // The program may queue them again with its next key. An email of which a copy may have been sent
    // keeps its idempotency key.
    changes: Prisma.sql`${CANCELLED},
      idempotency_key = CASE WHEN resent THEN idempotency_key END,
      content_digest = CASE WHEN resent THEN content_digest END`,
  };
}

const COLUMNS = {
  id: true,
  start: true,
  program: true,
  templates: true,
  perHour: true,
  createdAt: true,
  usedAt: true,
  revokedAt: true,
} as const satisfies Prisma.ApiKeySelect;

/** What a key is in the log of actions. */
function nameOf({ id, program }: Pick<ApiKey, "id" | "program">): string {
  return `${program} ${id}`;
}

function invalid(message: string): EmailError {
  return new EmailError("INVALID_KEY_OPTION", message);
}
