import { type Db, Prisma } from "@repo/db";
import { type Keys, KeysSetting } from "@repo/email/keys";
import { command } from "./command.ts";
import { count } from "./count.ts";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";

const HELP = `pnpm keys:usage   what is still stored under each key of AUTH_SECRET and EMAIL_KEY

Run it with the settings of the apps, so that it can tell which key is which. Keys have ids, and
the ids reveal nothing. It exits with 1 if something is stored under a key that a setting lacks.
It reads whole tables, which takes minutes if there are tens of millions of emails.

docs/runbook.md, "Rotate a key", has the steps. The database is the one of DATABASE_URL, or else of
pnpm dev.`;

/** Where the id of a key is stored: before a hash, or after the version of sealed contents. */
const STORED: Record<string, [one: string, many: string, found: Prisma.Sql][]> = {
  AUTH_SECRET: [
    ["session", "sessions", hashes("sessions", "token_hash")],
    ["link", "links", hashes("links", "hash")],
    ["sign-up", "sign-ups", hashes("sign_ups", "browser_hash")],
    [
      "request for a new password",
      "requests for a new password",
      sealed("reset_requests", "email"),
    ],
    ["erasure that waits", "erasures that wait", sealed("erasures", "addresses")],
  ],
  EMAIL_KEY: [
    ["email with its contents", "emails with their contents", sealed("messages", "payload")],
    ["idempotency key", "idempotency keys", hashes("messages", "content_digest")],
  ],
};

/** Counts by the id of the key. */
type Usage = Map<string, string[]>;

const ABOUT = { help: HELP, options: {} };

/** `pnpm keys:usage`. @returns the exit code: 1 if a setting lacks a key that is in use */
export const keys = command(ABOUT, async () => {
  const { setting } = readEnv();
  return withDatabase(async (db) => {
    let isLacking = false;
    for (const [name, stored] of Object.entries(STORED)) {
      const set = KeysSetting.safeParse(setting(name)).data;
      const usage = await usageOf(db, stored);
      console.log(`${name}${set ? "" : " (not set here)"}`);
      for (const line of linesOf(set, usage)) console.log(`  ${line}`);
      isLacking ||= set !== undefined && [...usage.keys()].some((id) => !has(set, id));
    }
    return isLacking ? 1 : 0;
  });
});

async function usageOf(db: Db, stored: [string, string, Prisma.Sql][]): Promise<Usage> {
  const usage: Usage = new Map();
  for (const [one, many, found] of stored) {
    const rows = await db.$queryRaw<{ id: string; stored: number }[]>`
      SELECT id, count(*)::int AS stored FROM (${found}) AS found GROUP BY id ORDER BY id`;
    for (const { id, stored: number } of rows) {
      usage.set(id, [...(usage.get(id) ?? []), count(number, one, many)]);
    }
  }
  return usage;
}

function linesOf(set: Keys | undefined, usage: Usage): string[] {
  const known = (set ?? []).map(({ id }, i) => {
    const uses = usage.get(id);
    const free = i > 0 ? "nothing: it can be taken out" : "nothing";
    return `${id}  ${i === 0 ? "newest" : "older"}: ${uses?.join(", ") ?? free}`;
  });
  const others = [...usage].flatMap(([id, uses]) => {
    if (set && has(set, id)) return [];
    return [
      `${id}  ${set ? "missing: add it to the end of the setting" : "key"}: ${uses.join(", ")}`,
    ];
  });
  return [...known, ...others];
}

function has(keysOfSetting: Keys, wanted: string): boolean {
  return keysOfSetting.some(({ id }) => id === wanted);
}

/** An id of four bytes, and an HMAC of 32. */
function hashes(table: string, column: string): Prisma.Sql {
  return Prisma.raw(
    `SELECT encode(substring(${column} FROM 1 FOR 4), 'hex') AS id FROM ${table} WHERE ${column} IS NOT NULL`,
  );
}

/** The version, which is 2, an id of four bytes, and more. */
function sealed(table: string, column: string): Prisma.Sql {
  return Prisma.raw(
    `SELECT encode(substring(${column} FROM 2 FOR 4), 'hex') AS id FROM ${table} WHERE ${column} IS NOT NULL`,
  );
}
