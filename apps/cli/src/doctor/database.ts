import type { Db } from "@repo/db";
import { readVerdict } from "@repo/email/operations";
import { AppError } from "@repo/errors";
import { count } from "../count.ts";
import { type Finding, failed, ok, skipped, warning } from "./finding.ts";

/** The database of the apps. */
export interface Database {
  db: Db;
  /**
   * The names of the migrations that it lacks.
   *
   * @throws what `pendingMigrations` of `@repo/db` throws
   */
  pendingMigrations: () => Promise<string[]>;
  /** The setting with the address that `pendingMigrations` asks. Default: DATABASE_URL. */
  setting?: string | undefined;
}

/** Whether the database answers, has every migration, and a worker looks at it. */
export async function checkDatabase({
  db,
  pendingMigrations,
  setting,
}: Database): Promise<Finding[]> {
  try {
    const pending = await pendingMigrations();
    if (pending.length > 0) {
      const next = "pnpm db:deploy, or in apps/cli/dist: node main.mjs migrate";
      const found = `the database lacks ${count(pending.length, "migration")}: ${pending.join(", ")}`;
      return [ok("database", "answers"), failed("migrations", found, next)];
    }
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith("MIGRATION")) {
      return [databaseFailed(error, setting)];
    }
    return [ok("database", "answers"), failed("migrations", error.message, "Follow the message")];
  }
  return [
    ok("database", "answers"),
    ok("migrations", "all are applied"),
    await checkWorker(db),
    await checkLastEvent(db),
  ];
}

/** The finding when there is no connection. */
export function databaseFailed(error: unknown, setting = "DATABASE_URL"): Finding {
  const { code, message } = error as Error & { code?: string };
  if (code === "NO_DATABASE")
    return failed(
      "database",
      "there is none yet",
      "pnpm dev, which makes one, or set DATABASE_URL",
    );
  // Of PostgreSQL, and of Prisma.
  if (/database "[^"]*" does not exist|P1003/.test(message)) {
    const next = "pnpm db:deploy, which creates it if the role may";
    return failed("database", "the server has no database of this name", next);
  }
  const found = message.replaceAll(/(?:DIRECT_)?DATABASE_URL/g, setting);
  // Only these messages are about a server that does not run.
  const isSilent = /Start it|is not set/.test(message);
  const next = isSilent ? `Start the database, or correct ${setting}` : `Correct ${setting}`;
  return failed("database", found, next);
}

// In seconds.
const LATE = 120;

async function checkWorker(db: Db): Promise<Finding> {
  const { sending, cause, why, since, error, next, waiting } = await readVerdict(db);
  const all = waiting.reduce((sum, { messages }) => sum + messages, 0);
  const waits = all > 0 ? `, and ${count(all, "email waits", "emails wait")}` : "";
  if (cause === "no-worker") {
    const seen = since && (Date.now() - since.getTime()) / 1_000;
    const found = seen
      ? `no worker has looked at the queue for ${duration(seen)}`
      : "no worker runs";
    const start = "Start it: pnpm dev, or in production: pnpm start";
    return failed("worker", `${found}${waits}`, start);
  }
  if (cause !== null) {
    const found = `sending is ${sending}: ${why}${error ? ` (${error})` : ""}${waits}`;
    const resume = cause.startsWith("pause-") || cause === "pause";
    const step = `${next ?? ""}${resume ? ' pnpm email:sending resume --reason "…"' : ""}`;
    return (sending === "stopped" ? failed : warning)("worker", found, step);
  }
  const oldest = Math.max(0, ...waiting.map(({ seconds }) => seconds));
  if (oldest > LATE) {
    const found = `a worker is alive, and the oldest email waits for ${duration(oldest)}`;
    return warning("worker", found, "pnpm email:log --state queued, and the worker's log");
  }
  const due = waiting.reduce((sum, each) => sum + each.due, 0);
  return ok("worker", `alive, ${count(due, "email is due", "emails are due")}`);
}

async function checkLastEvent(db: Db): Promise<Finding> {
  // Both go by their primary key, which increases with time.
  const [row] = await db.$queryRaw<{ event: number | null; sent: number | null }[]>`
    SELECT
      (SELECT extract(epoch FROM now() - received_at)::float8 FROM events ORDER BY id DESC LIMIT 1)
        AS event,
      (SELECT extract(epoch FROM now() - closed_at)::float8 FROM messages
        WHERE closed_reason = 'sent' ORDER BY id DESC LIMIT 1) AS sent`;
  const { event = null, sent = null } = row ?? {};
  if (sent === null) return skipped("last event", "no email has been sent yet");
  const next = "pnpm email:doctor --to simulator";
  // An event takes seconds. With a queue of a busy system, minutes.
  if (sent > LATE && (event === null || event - sent > LATE)) {
    const last =
      event === null ? "there has never been one" : `the last was ${duration(event)} ago`;
    const found = `SES has reported nothing about the last email, sent ${duration(sent)} ago; ${last}`;
    return failed("last event", found, next);
  }
  if (event === null) return skipped("last event", "the first email was sent only now");
  return ok("last event", `${duration(event)} ago`);
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
