import type { Db } from "@repo/db";
import { type MessageStatus, messageStatus } from "../message-status.ts";
import { isUuid } from "../uuid.ts";
import type { Client } from "./authenticate.ts";
import { takeRead } from "./limits.ts";

/** What a program may know about an email that it has queued. */
export interface ApiEmailStatus {
  id: string;
  template: string;
  queuedAt: Date;
  /**
   * `undeliverable`: the mail server of the recipient has refused it for good. It says nothing
   * else, because the program may act for a stranger.
   */
  status: MessageStatus;
}

/**
 * @returns undefined if no program of this name has queued it, or if it was deleted
 * @throws Refusal those of `takeRead`
 */
export async function statusForProgram(
  db: Db,
  client: Client,
  id: string,
): Promise<ApiEmailStatus | undefined> {
  await takeRead(db, client);
  if (!isUuid(id)) return undefined;
  const message = await db.message.findFirst({
    where: { id, apiEmail: { key: { program: client.program } } },
    select: { id: true, template: true, createdAt: true },
  });
  if (!message) return undefined;
  const { createdAt: queuedAt, ...rest } = message;
  return { ...rest, queuedAt, status: await messageStatus(db, id) };
}
