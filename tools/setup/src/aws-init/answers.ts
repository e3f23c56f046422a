import { AppError } from "@repo/errors";
import { type Question, type Terminal, ask, choose } from "./ask.ts";
import {
  isAddress,
  isAddresses,
  isDomain,
  isOrigin,
  isRegion,
  isSender,
  isState,
  orEmpty,
  stateUrl,
} from "./checks.ts";
import { chooseDns } from "./choose-dns.ts";
import { ECS } from "./configuration.ts";
import { parseMailbox } from "./mailbox.ts";
import type { Provider } from "./name-servers.ts";
import { type Project, valueOf } from "./project.ts";

/** Where the app runs. It decides how the app gets its credentials, and SES's events. */
const PLACES = {
  ecs: "in AWS, on ECS: a role, and a queue that the worker reads",
  server: "on a server or a container host: a key, and a queue",
  cron: "where the worker only runs at intervals: a key, and a webhook",
};
type Place = keyof typeof PLACES;

/** What the command asks. An empty text means "none". */
export interface Answers {
  domain: string;
  /** As EMAIL_FROM: `Acme <hello@example.org>`. */
  from: string;
  /** As EMAIL_FROM_SECURITY. */
  securityFrom: string;
  region: string;
  dns: Provider;
  zoneId: string;
  /** Undefined: the stack's sender and events fit no place, because a person has set them. */
  runs: Place | undefined;
  /** The public address of web, if SNS posts to it. */
  appUrl: string;
  reportsTo: string;
  /** Who gets email while the account is in the sandbox. */
  tester: string;
  /** As `pulumi login` takes it. Empty: as before. */
  state: string;
}

/** The options by their names, without `--`. */
export type Options = Record<string, string | undefined>;

/**
 * All answers: by options, by a person, or from the files.
 *
 * @param servers the resolvers that are asked for the domain's name servers
 * @throws AppError `INVALID_OPTION`, `OPTION_MISSING`, `CANCELLED`
 */
export async function collect(
  options: Options,
  project: Project,
  terminal: Terminal,
  servers?: string[],
): Promise<Answers> {
  const ours = (key: string) => valueOf(project, `${project.name}:${key}`);
  const question = (name: string, message: string, rest: Partial<Question> = {}): Question => ({
    option: `--${name}`,
    given: options[name],
    message,
    check: () => undefined,
    ...rest,
  });
  const put = (one: Question) => ask(one, terminal);
  const { values: env } = project.env;
  const envOf = (name: string, domain: string) => {
    const value = env[name];
    return value && parseMailbox(value)?.domain === domain ? value : undefined;
  };

  const domain = (
    await put(
      question("domain", "The domain that your email comes from", {
        current: ours("domain"),
        check: isDomain,
      }),
    )
  ).toLowerCase();
  const from = await put(
    question("from", "The sender of your email", {
      current: envOf("EMAIL_FROM", domain),
      suggestion: senderOf(project.brand, domain),
      check: isSender(domain),
    }),
  );
  const securityFrom = await put(
    question("security-from", "Another sender for links and notices of security (may stay empty)", {
      current: envOf("EMAIL_FROM_SECURITY", domain),
      check: orEmpty(isSender(domain)),
    }),
  );
  const region = await put(
    question("region", "The AWS region that sends", {
      current: valueOf(project, "aws:region"),
      suggestion: "eu-central-1",
      check: isRegion,
    }),
  );
  const { dns, zoneId } = await chooseDns({
    domain,
    given: { dns: options["dns"], zoneId: options["zone-id"] },
    project,
    terminal,
    servers,
  });
  const place = placeOf(project);
  const runs =
    place === undefined && options["runs"] === undefined
      ? undefined
      : await choose<Place>(
          {
            ...question("runs", "Where web and the worker will run"),
            current: place,
            suggestion: "server",
            choices: PLACES,
          },
          terminal,
        );
  if (options["app-url"] && runs !== "cron") {
    throw new AppError("INVALID_OPTION", "--app-url has no effect without --runs cron.");
  }
  const appUrl =
    runs === "cron"
      ? await put(
          question("app-url", "The public address of web, which SNS posts the events to", {
            current: ours("webhookUrl")?.replace(/\/webhooks\/ses$/, ""),
            check: isOrigin,
          }),
        )
      : "";
  const reportsTo = await put(
    question("reports-to", "Who gets DMARC's daily reports: an address (may stay empty)", {
      current: ours("dmarcReportsTo"),
      check: orEmpty(isAddress),
    }),
  );
  const tester = await put(
    question("to", "Your own address, for email from the sandbox (may stay empty)", {
      current: ours("sandboxRecipients"),
      check: orEmpty(isAddresses),
    }),
  );
  const state = await put(
    question(
      "state",
      "Where Pulumi keeps its state: s3://your-bucket, cloud or local (may stay empty: cloud)",
      {
        current: project.backend,
        check: orEmpty(isState),
      },
    ),
  );
  return {
    domain,
    from,
    securityFrom,
    region,
    dns,
    zoneId,
    runs,
    appUrl: appUrl && new URL(appUrl).origin,
    reportsTo,
    tester,
    state: stateUrl(state, region, project.backend),
  };
}

/** What the stack's file says about the place, as far as this command could have written it. */
function placeOf(project: Project): Place | undefined {
  const of = (key: string) => valueOf(project, `${project.name}:${key}`);
  const [sender = "user", events = "sqs"] = [of("sender"), of("events")];
  if (sender === "user" && events === "sqs") return "server";
  if (sender === "user" && events === "https") return "cron";
  return events === "sqs" && of("roleTrusts") === ECS ? "ecs" : undefined;
}

/** Without a name that an address would have to quote. */
function senderOf(brand = "", domain: string): string {
  const address = `hello@${domain}`;
  return /^[\p{L}\p{N}][\p{L}\p{N} -]*$/u.test(brand) ? `${brand} <${address}>` : address;
}
