import { once } from "node:events";
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
        You get a CSV file with every suppressed address, why, since when and until when. Keep it
        safe, and delete it when you are done.
      </p>
    ),
    async act(_input, decision, res) {
      await recordAction(db, { action: "export", subject: "suppressions", ...decision });
      res.attachment("suppressions.csv");
      const { signal } = res.locals.caller;
      for await (const part of toCsv(db)) {
        if (!res.write(part)) await once(res, "drain", { signal }).catch(() => undefined);
        // The reader has gone.
        if (signal.aborted) return undefined;
      }
      res.end();
      return undefined;
    },
  });
}
