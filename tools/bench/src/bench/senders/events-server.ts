// What takes the events: apps/web's route in small, or a bare one.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createDb } from "@repo/db";
import { createIngest } from "@repo/email/events";
import express from "express";
import pg from "pg";
import { serve } from "../../shared/program.ts";

export type Side = "ours" | "plain";

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
    } else {
      const pool = new pg.Pool({ connectionString: input.url });
      app.post("/", express.json({ type: () => true, limit: "1mb" }), async (req, res) => {
        await pool.query("INSERT INTO plain (event) VALUES ($1)", [req.body]);
        res.json({ status: "ok" });
      });
    }
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
  /** @returns the most that the process has had, in MB */
  memory: () => process.resourceUsage().maxRSS / 1024,
};
export type EventsServer = typeof handlers;
serve(handlers);
