import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "@repo/db";
import { render } from "@repo/templates/render";
import { createSealer } from "../seal.ts";
import { CALL_TIMEOUT_MS, type OutgoingMessage, type Transport } from "../transports/transport.ts";
import {
  type Claimed,
  type Lease,
  type Settlement,
  announce,
  claim,
  release,
  settle,
  sweep,
} from "./queue.ts";

export interface DelivererConfig {
  db: Db;
  transport: Transport;
  /** EMAIL_KEY, the same in every process that enqueues or delivers. */
  key: string;
  log: Log;
  /** Seconds until another worker takes over a dead one's messages; 30 unless told. */
  lease?: number;
}

/** What pino offers of itself. */
interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Deliverer {
  /** Delivers until the signal aborts; then finishes what is on the wire and returns. */
  run(signal: AbortSignal): Promise<void>;
}

const BATCH = 50;
// Sent at once, and so the most that a crash leaves in doubt.
const CHUNK = 10;
const POLL_MS = 250;
const SWEEP_MS = 5_000;
const DATABASE_RETRY_MS = 1_000;

/**
 * The loop that empties the outbox: claim a batch, render, announce a chunk, send it, settle it.
 * Any number of workers may run it on one database.
 */
export function createDeliverer({
  db,
  transport,
  key,
  log,
  lease: duration = 30,
}: DelivererConfig): Deliverer {
  const sealer = createSealer(key);

  async function deliverBatch(signal: AbortSignal): Promise<number> {
    const lease: Lease = { id: randomUUID(), duration };
    const claimed = await claim(db, lease, BATCH);
    for (let i = 0; i < claimed.length; i += CHUNK) {
      if (signal.aborted) {
        await release(
          db,
          lease,
          claimed.slice(i).map(({ id }) => id),
          null,
        );
        break;
      }
      await deliverChunk(lease, claimed.slice(i, i + CHUNK));
    }
    return claimed.length;
  }

  async function deliverChunk(lease: Lease, chunk: Claimed[]): Promise<void> {
    const rendered = await Promise.all(chunk.map((message) => prepare(lease, message)));
    const outgoing = rendered.filter((message) => message !== undefined);
    const attempts = await announce(
      db,
      lease,
      outgoing.map(({ id }) => id),
      CALL_TIMEOUT_MS / 1000,
    );
    const settlements = await Promise.all(
      outgoing.flatMap((message) => {
        const attempt = attempts.get(message.id);
        return attempt === undefined ? [] : [sendOne(message, attempt)];
      }),
    );
    await settleWhileHeld(lease, settlements);
    // The lease ran short before these: another claim has time for them.
    const left = outgoing.filter(({ id }) => !attempts.has(id)).map(({ id }) => id);
    await release(db, lease, left, null);
  }

  /** What SES has answered must not be lost to a moment without the database. */
  async function settleWhileHeld(lease: Lease, settlements: Settlement[]): Promise<void> {
    const until = performance.now() + lease.duration * 1000;
    for (;;) {
      try {
        return await settle(db, lease, settlements);
      } catch (error) {
        if (performance.now() > until) throw error;
        log.error({ ...describe(error) }, "what was sent cannot be recorded; trying again");
        await sleep(DATABASE_RETRY_MS);
      }
    }
  }

  /** Renders; a message that cannot be rendered waits for a repaired template or key. */
  async function prepare(lease: Lease, message: Claimed): Promise<OutgoingMessage | undefined> {
    const { id, template, category, to } = message;
    try {
      const { props } = sealer.open(id, message.payload) as { props: never };
      return { id, template, category, to, ...(await render(template, props)) };
    } catch (error) {
      const { code, at } = describe(error);
      log.error({ messageId: id, template, code, at }, "email cannot be rendered; kept for later");
      await release(db, lease, [id], `${code}: cannot be rendered`);
      return undefined;
    }
  }

  async function sendOne(message: OutgoingMessage, attempt: number) {
    const sent = await transport.send(message);
    const fields = { messageId: message.id, template: message.template, attempt };
    if (sent.result === "accepted") {
      log.info({ ...fields, sesMessageId: sent.sesMessageId }, "email sent");
    } else {
      log.warn({ ...fields, result: sent.result, code: sent.code }, "email not sent");
    }
    return { id: message.id, attempt, ...sent };
  }

  return {
    async run(signal) {
      let nextSweep = 0;
      while (!signal.aborted) {
        let idle = POLL_MS;
        try {
          if (performance.now() >= nextSweep) {
            await sweep(db);
            nextSweep = performance.now() + SWEEP_MS;
          }
          if ((await deliverBatch(signal)) > 0) idle = 0;
        } catch (error) {
          log.error({ ...describe(error) }, "a batch failed; trying again");
          idle = DATABASE_RETRY_MS;
        }
        if (idle > 0) await sleep(idle, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

/** What went wrong and where, but not the error's own text: that may quote a row, or a link. */
function describe(error: unknown): { code: string; at: string[] } {
  const { name, code = name, stack = "" } = error as Error & { code?: string };
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return { code, at: frames.slice(0, 3).map((line) => line.trim()) };
}
