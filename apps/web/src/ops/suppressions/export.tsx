import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Db } from "@repo/db";
import { recordAction } from "@repo/email/operations";
import type { Router } from "express";
import { type Guard, decisionPage } from "../decision.tsx";
import { toCsv } from "./csv.ts";

/** All suppressed addresses as a file. Each download is recorded: it contains many addresses. */
export function exportSuppressions(config: Guard & { db: Db }): Router {
  const { db } = config;
  return decisionPage(config, {
    path: "/ops/suppressions/export",
    at: "/ops/suppressions",
    title: "All suppressed addresses as a file",
    submit: "Download",
    fields: {},
    open: async () => undefined,
    view: () => (
      <p>
        You get a CSV file with every address that gets no email, why, since when and until when.
        Keep it safe, and delete it when you are done.
      </p>
    ),
    async act(_input, decision, res) {
      await recordAction(db, { action: "export", subject: "suppressions", ...decision });
      res.attachment("suppressions.csv");
      await pipeline(Readable.from(toCsv(db)), res);
      return undefined;
    },
  });
}
