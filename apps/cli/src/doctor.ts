import { existsSync } from "node:fs";
import { brand } from "@repo/brand";
import { pendingMigrations } from "@repo/db/migrate";
import { parseAddress } from "@repo/email/enqueue";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { createClients } from "./doctor/clients.ts";
import type { Database } from "./doctor/database.ts";
import { examine } from "./doctor/examine.ts";
import type { Finding } from "./doctor/finding.ts";
import { printFinding, printSummary } from "./doctor/print.ts";
import { createDns } from "./doctor/resolver.ts";
import { SETTINGS, readSettings } from "./doctor/settings.ts";
import { waitForVerification } from "./doctor/wait.ts";
import { readEnv } from "./env.ts";
import { MIGRATIONS } from "./migrate.ts";
import { FLAG, TEXT } from "./options.ts";

const HELP = `pnpm email:doctor [options]   checks everything from the settings to SES's events

  --to ADDRESS     also whether this address may get email
  --to simulator   also sends three emails to SES's simulator, and waits for their events
  --wait           first waits while SES verifies the sender
  --json           as JSON, for programs

Run it with the settings of the apps. Each line is ✓, ! (works, but look at it), ✗ (broken) or –
(not checked, with the reason), and names the next step. It exits with 1 if there is a ✗. It changes
nothing, except that --to simulator queues its emails.`;

const ABOUT = { help: HELP, options: { to: TEXT, json: FLAG, wait: FLAG } };

/**
 * `pnpm email:doctor`.
 *
 * @returns the exit code: 1 if something is broken
 * @throws EmailError `INVALID_ADDRESS`
 */
export const doctor = command(ABOUT, async (values) => {
  const { to, json, wait } = values;
  if (to !== undefined && to !== "simulator") parseAddress(to);
  const { setting, isProduction, directDatabaseUrl } = readEnv({ likeDev: true });
  const source = Object.fromEntries(SETTINGS.map((name) => [name, setting(name)]));
  const progress = (line: string) => console.error(line);
  if (wait) await waitForSender(source, progress);

  const findings: Finding[] = [];
  const run = async (database: Database | Error) => {
    const clients = createClients;
    const from = { source, isProduction, brand, clients, dns: createDns(), database };
    for await (const finding of examine({ ...from, to, progress })) {
      findings.push(finding);
      if (!json) console.log(printFinding(finding));
    }
  };
  await withDatabase(async (db, url) => {
    const folder = existsSync(MIGRATIONS) ? MIGRATIONS : undefined;
    await run({
      db,
      pendingMigrations: () => pendingMigrations(directDatabaseUrl ?? url, folder),
      setting: setting("DIRECT_DATABASE_URL") && "DIRECT_DATABASE_URL",
    });
  }).catch(async (error: unknown) => {
    // Without a database the rest can still be checked.
    if (findings.length > 0) throw error;
    await run(withoutDatabase(error));
  });
  console.log(json ? JSON.stringify(findings, null, 2) : `\n${printSummary(findings)}`);
  return findings.some(({ status }) => status === "failed") ? 1 : 0;
});

function withoutDatabase(error: unknown): Error {
  const { code } = error as { code?: string };
  // The bundle has no embedded database.
  if (code === "ERR_MODULE_NOT_FOUND") return new Error("DATABASE_URL is not set");
  return error as Error;
}

async function waitForSender(
  source: Record<string, string | undefined>,
  progress: (line: string) => void,
): Promise<void> {
  const { AWS_REGION, EMAIL_FROM } = readSettings(source, false).settings;
  if (!AWS_REGION || !EMAIL_FROM) return;
  const clients = createClients(AWS_REGION);
  try {
    await waitForVerification(clients, EMAIL_FROM, progress);
  } finally {
    clients.close();
  }
}
