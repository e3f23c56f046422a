// The servers that store the events: a small copy of apps/web's route, the least that it must do,
// or one bare INSERT.
import { type KeyObject, X509Certificate, randomUUID, verify } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createDb } from "@repo/db";
import { createIngest } from "@repo/email/events";
import express from "express";
import pg from "pg";
import { serve } from "@repo/measure/program";

export type Side = "ours" | "floor" | "bare";

const handlers = {
  async listen(input: { side: Side; url: string; topicArn: string; pem: string }) {
    const app = express();
    if (input.side === "ours") {
      const { ingest } = createIngest({
        db: createDb(input.url, { keepStatements: true }),
        topicArn: input.topicArn,
        fetch: async () => input.pem,
      });
      app.post("/", express.raw({ type: () => true, limit: "1mb" }), async (req, res) => {
        await ingest((req.body as Buffer).toString());
        res.json({ status: "ok" });
      });
    } else if (input.side === "floor") {
      const pool = new pg.Pool({ connectionString: input.url });
      const key = new X509Certificate(input.pem).publicKey;
      app.post("/", express.raw({ type: () => true, limit: "1mb" }), async (req, res) => {
        await pool.query({ name: "floor", text: BOTH_ROWS, values: verified(req.body, key) });
        res.json({ status: "ok" });
      });
    } else {
      const pool = new pg.Pool({ connectionString: input.url });
      app.post("/", express.json({ type: () => true, limit: "1mb" }), async (req, res) => {
        await pool.query("INSERT INTO bare (event) VALUES ($1)", [req.body]);
        res.json({ status: "ok" });
      });
    }
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
  /** @returns the peak memory of the process, in MB */
  memory: () => process.resourceUsage().maxRSS / 1024,
};
export type EventsServer = typeof handlers;
serve(handlers);

/** The row of an event, and the outcome of its message. */
const BOTH_ROWS = `
  WITH event AS (
    INSERT INTO events (id, message_id, ses_message_id, type, recipient, recipient_key,
      dedupe_key, occurred_at, received_at, detail)
    VALUES ($1, $2, $3, $4, $5, $5, $6, $7, now(), $8)
  )
  UPDATE messages SET outcome = $9::text::outcome WHERE id = $2`;

/** Checks only the signature of a notification. @returns the values of its two rows */
function verified(body: Buffer, key: KeyObject): unknown[] {
  const sns = JSON.parse(body.toString()) as Record<string, string>;
  const signed = ["Message", "MessageId", "Timestamp", "TopicArn", "Type"]
    .map((name) => `${name}\n${sns[name]}\n`)
    .join("");
  const signature = Buffer.from(sns["Signature"] ?? "", "base64");
  if (!verify("sha256", Buffer.from(signed), key, signature)) throw new Error("forged");
  const { eventType, mail, ...detail } = JSON.parse(sns["Message"] ?? "") as {
    eventType: string;
    mail: { messageId: string; destination: [string]; timestamp: string; tags: object };
  };
  const [recipient] = mail.destination;
  const [id] = (mail.tags as { "message-id": [string] })["message-id"];
  const outcome = eventType === "Bounce" ? "bounced" : "delivered";
  const { messageId, timestamp } = mail;
  const type = eventType.toLowerCase();
  return [
    randomUUID(),
    id,
    messageId,
    type,
    recipient,
    sns["MessageId"],
    timestamp,
    detail,
    outcome,
  ];
}
