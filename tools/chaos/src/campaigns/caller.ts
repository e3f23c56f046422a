import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { migrate } from "@repo/db/migrate";
import { connect, startDurablePostgres } from "@repo/measure/durable-postgres";
import { newMessage } from "@repo/measure/messages";
import { atExit } from "../at-exit.ts";
import { type Audit, always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { type Stack, openStack } from "../stack.ts";

const FAILING = 0.3;
// PostgreSQL's own files take 8 MB.
const DISK_MB = 24;
// Uid and gid of "nobody": as root, the embedded PostgreSQL runs as that user.
const NOBODY = 65_534;

/** The caller's transaction fails at COMMIT, or because the disk is full. */
export async function caller(setup: Setup): Promise<Findings> {
  const commit = await failingCommit(setup);
  const disk = await fullDisk(setup);
  const all = disk.found ? [commit.found, disk.found] : [commit.found];
  const sum = (figure: "queued" | "sent" | "lost" | "duplicates" | "held" | "orphans") =>
    all.reduce((total, found) => total + found[figure], 0);
  return {
    figures: {
      queued: sum("queued"),
      sent: sum("sent"),
      lost: sum("lost"),
      duplicates: sum("duplicates"),
      held: sum("held"),
      orphans: sum("orphans"),
      failingCommits: commit.errors,
      fullDisk: disk.found ? disk.errors : disk.skipped,
    },
    bars: { ...commit.bars, ...disk.bars },
  };
}

async function failingCommit(setup: Setup) {
  const stack = await openStack(setup);
  const { outbox } = stack;
  await outbox.rows(
    `CREATE TABLE plans (id int PRIMARY KEY);
     CREATE TABLE signups (id uuid PRIMARY KEY,
       plan int REFERENCES plans DEFERRABLE INITIALLY DEFERRED);
     INSERT INTO plans VALUES (1)`,
  );
  await stack.startWorker({});
  await stack.startWorker({});
  const tries = Math.ceil(setup.messages / 10);
  let failing = 0;
  let errors = 0;
  for (let i = 0; i < tries; i++) {
    const fails = setup.random() < FAILING;
    if (fails) failing++;
    // Only COMMIT checks the foreign key.
    if (!(await signUp(stack, fails ? 2 : 1))) errors++;
  }
  setup.say(`${errors} of ${tries} transactions failed at COMMIT`);
  await outbox.drained();
  const found = await audit(stack);
  return {
    found,
    errors,
    bars: {
      ...always(found),
      ...(await noOrphans(stack, found)),
      "COMMIT: the caller sees each error": errors === failing && failing > 0,
    },
  };
}

/** The database is on a disk of a few megabytes. Only root can make one. */
async function fullDisk(setup: Setup) {
  const disk = await makeDisk(setup);
  if ("skipped" in disk) {
    setup.say(disk.skipped);
    return { skipped: disk.skipped, bars: {} };
  }
  const postgres = await startDurablePostgres();
  setup.atEnd(() => postgres.stop());
  const server = await connect(postgres.url("postgres"));
  await server.query(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
  await server.query("CREATE DATABASE small TABLESPACE small");
  await server.end();
  const url = postgres.url("small");
  await migrate(url);
  const stack = await openStack(setup, { url });
  const { outbox } = stack;
  await outbox.rows("CREATE TABLE signups (id uuid PRIMARY KEY, plan int)");
  await outbox.rows("CREATE TABLE filler (bytes text)");
  const fill = "INSERT INTO filler SELECT repeat(md5(n::text), 20) FROM generate_series(1, 500) n";
  const full = async () => {
    for (let i = 0; i < 200; i++) await outbox.rows(fill);
    throw new Error(`more than ${DISK_MB} MB fit`);
  };
  const isFull = (error: unknown) => (error as { code?: string }).code === "53100";
  await full().catch((error: unknown) => {
    if (!isFull(error)) throw error;
  });
  // The tables' last pages have room for a few more rows.
  let errors = 0;
  for (let i = 0; i < 2_000 && errors < 100; i++) if (!(await signUp(stack, 1))) errors++;
  setup.say(`${outbox.queued.size} emails fitted on the disk, ${errors} transactions failed`);
  await outbox.rows("DROP TABLE filler");
  for (let i = 0; i < 100; i++) await signUp(stack, 1);
  await stack.startWorker({});
  await outbox.drained();
  const found = await audit(stack);
  const orphans = await noOrphans(stack, found);
  return {
    found,
    errors,
    bars: {
      ...Object.fromEntries(
        Object.entries({ ...always(found), ...orphans }).map(([bar, met]) => [`disk: ${bar}`, met]),
      ),
      "disk: the caller sees each error": errors === 100,
    },
  };
}

/**
 * Writes a row and queues an email in one transaction, as an app does. @returns whether it
 * committed
 */
async function signUp({ outbox }: Stack, plan: number): Promise<boolean> {
  const { db, enqueue, queued } = outbox;
  try {
    const id = await db.$transaction(async (tx) => {
      const message = await enqueue(tx, newMessage(queued.size));
      await tx.$executeRaw`INSERT INTO signups VALUES (${message.id}::uuid, ${plan})`;
      return message.id;
    });
    queued.add(id);
    return true;
  } catch {
    return false;
  }
}

async function noOrphans({ outbox }: Stack, found: Audit): Promise<Record<string, boolean>> {
  const { signups, alone } = await outbox.look<"signups" | "alone">(
    `SELECT count(s.id) AS signups, count(*) FILTER (WHERE s.id IS NULL OR m.id IS NULL) AS alone
     FROM signups s FULL JOIN messages m ON m.id = s.id`,
  );
  return {
    "no row without its email, nor an email without its row":
      alone === 0 && signups === found.queued,
    "each sent once": found.sent === found.queued && found.duplicates === 0,
  };
}

async function makeDisk(setup: Setup): Promise<{ folder: string } | { skipped: string }> {
  if (process.getuid?.() !== 0) return { skipped: "skipped: only root can make a small disk" };
  const folder = await mkdtemp(path.join(tmpdir(), `chaos-disk-${randomUUID().slice(0, 8)}-`));
  const options = `size=${DISK_MB}m,uid=${NOBODY},gid=${NOBODY},mode=700`;
  const unmount = atExit('umount -l "$0" 2>/dev/null; rmdir "$0"', folder);
  setup.atEnd(unmount.now);
  try {
    await promisify(execFile)("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  } catch {
    return { skipped: "skipped: this system lets nobody mount a small disk" };
  }
  return { folder };
}
