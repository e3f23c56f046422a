import type { Brand } from "@repo/brand";
import { checkAccount, checkStandIn } from "./account.ts";
import { checkBrand } from "./brand.ts";
import type { Clients } from "./clients.ts";
import { checkCredentials } from "./credentials.ts";
import { type Database, checkDatabase, databaseFailed } from "./database.ts";
import { checkDns } from "./dns.ts";
import { checkConfigurationSets } from "./events.ts";
import { checkErasure } from "./erasure.ts";
import { type Finding, guarded, skipped } from "./finding.ts";
import { type Identity, checkIdentity } from "./identity.ts";
import { checkQueue } from "./queue.ts";
import type { Dns } from "./resolver.ts";
import { checkRights } from "./rights.ts";
import { roundTrip } from "./round-trip.ts";
import { type Settings, domainOf, readSettings, sendersOf, standsIn, usesSes } from "./settings.ts";
import { checkSuppressedAtSes, checkSuppressedHere } from "./suppression.ts";
import { checkTopic } from "./topic.ts";

export interface Examination {
  /** The values of `SETTINGS`. */
  source: Record<string, string | undefined>;
  isProduction: boolean;
  brand: Brand;
  /** Makes the clients for a region. */
  clients(region: string): Clients;
  dns: Dns;
  /** Or why there is none. */
  database: Database | Error;
  /** An address, or `simulator` for the round trip. */
  to?: string | undefined;
  progress: (line: string) => void;
}

/** Checks each link of the chain in order, because a broken link breaks those after it. */
export async function* examine(examination: Examination): AsyncGenerator<Finding> {
  const { source, isProduction, database, to, progress } = examination;
  const { settings, findings } = readSettings(source, isProduction);
  yield* findings;
  if (isProduction) yield checkBrand(examination.brand);
  yield* examineAws(examination, settings);

  if (database instanceof Error) {
    yield databaseFailed(database);
    return;
  }
  const found = await guarded("database", () => checkDatabase(database));
  yield* found;
  if (
    !to ||
    found.some(
      ({ check, status }) => check !== "worker" && check !== "last event" && status === "failed",
    )
  )
    return;
  if (to !== "simulator") {
    yield* await guarded("suppression", () => checkSuppressedHere(database.db, to, settings));
    return;
  }
  if (found.some(({ check, status }) => check === "worker" && status === "failed")) {
    yield skipped("round trip", "it needs a worker that sends");
    return;
  }
  yield* roundTrip(database.db, settings, progress);
}

async function* examineAws(examination: Examination, settings: Settings): AsyncGenerator<Finding> {
  const { AWS_REGION: region } = settings;
  const { isProduction, to } = examination;
  if (!usesSes(settings)) {
    yield skipped("AWS", "email goes through another SMTP server, which this does not check");
    return;
  }
  if (!region) {
    yield skipped("AWS", "cannot be asked without AWS_REGION");
    return;
  }
  const isStandIn = standsIn(settings);
  const clients = examination.clients(region);
  try {
    if (isStandIn) {
      const silent = await checkStandIn(clients);
      if (silent) {
        yield silent;
        return;
      }
      yield skipped("credentials", "ses-local accepts any");
    } else {
      const { account, findings } = await checkCredentials(clients, settings);
      yield* findings;
      if (!account) {
        yield skipped("AWS", "cannot be asked without credentials");
        yield* await examineDns(examination, settings, new Map());
        return;
      }
      if (settings.AWS_PROFILE) {
        const why = "AWS_PROFILE names a person's credentials. Run it without, to check the app's";
        yield skipped("rights", why);
      } else {
        yield* await guarded("rights", () => checkRights(clients));
        if (settings.EMAIL_TRANSPORT !== "smtp")
          yield* await guarded("erasure", () => checkErasure(clients));
      }
    }
    const identities = new Map<string, Identity | undefined>();
    for (const from of sendersOf(settings)) {
      yield* await guarded("identity", async () => {
        const { identity, findings } = await checkIdentity(clients, from);
        identities.set(from, identity);
        return findings;
      });
    }
    if (!isStandIn) yield* await examineDns(examination, settings, identities);
    yield* await guarded("account", () => checkAccount(clients, isProduction));
    if (isStandIn) {
      yield skipped("DNS", "no receiver looks at it: the email stays in ses-local");
      yield skipped("events", "ses-local itself posts the events of its own sets");
    } else {
      yield* await guarded("configuration set", () => checkConfigurationSets(clients, settings));
      yield* await guarded("topic", () => checkTopic(clients, settings));
      yield* await guarded("queue", () => checkQueue(clients, settings));
    }
    if (to && to !== "simulator") {
      yield* await guarded("SES's suppression", () => checkSuppressedAtSes(clients, to));
    }
  } finally {
    clients.close();
  }
}

async function examineDns(
  { dns }: Examination,
  settings: Settings,
  identities: Map<string, Identity | undefined>,
): Promise<Finding[]> {
  const { AWS_REGION: region = "" } = settings;
  const findings: Finding[] = [];
  for (const from of sendersOf(settings)) {
    const sender = { domain: domainOf(from), identity: identities.get(from), region };
    findings.push(...(await guarded("DNS", () => checkDns(dns, sender))));
  }
  return findings;
}
