import { readFileSync } from "node:fs";
import { brand } from "@repo/brand";
import { parseMailbox } from "@repo/email/enqueue";
import { AppError } from "@repo/errors";
import { fillIn, showRequest } from "./account/request.ts";
import { type Context, live, withAccount } from "./account/ses-account.ts";
import { showAccess } from "./account/show-access.ts";
import { CONSENT, CONSENT_HELP, agrees } from "./account/terminal.ts";
import { domainOf } from "./doctor/settings.ts";
import { command } from "./command.ts";
import { FLAG, TEXT, TEXTS, invalid } from "./options.ts";

const HELP = `pnpm aws:production-access [options]   asks AWS to let the account out of SES's sandbox

  --website URL        the public address of your product. Default: APP_URL
  --type TYPE          most of your email: transactional (default) or marketing
  --language LANGUAGE  AWS writes to you in english (default) or japanese
  --per-day NUMBER     how many emails a day you expect to send
  --contact ADDRESS    who else gets AWS's answer; up to four times
  --description FILE   your own description of your email, in place of the one that is made here
  --again              sends a new request, although AWS has denied the last one
${CONSENT_HELP}

First it shows the account's state. In a terminal it asks for what the options do not say, and shows
the whole request before it sends it. An account has this state in each region. It exits with 0 if
the account has production access, or if the request was sent.`;

const ABOUT = {
  help: HELP,
  options: {
    website: TEXT,
    type: TEXT,
    language: TEXT,
    "per-day": TEXT,
    contact: TEXTS,
    description: TEXT,
    again: FLAG,
    ...CONSENT,
  },
};

/**
 * `pnpm aws:production-access`.
 *
 * @returns the exit code
 * @throws AppError `INVALID_OPTION`, `CANCELLED`, and those of `withAccount`
 */
export const productionAccess = command(ABOUT, async (values, _, context: Context = live()) => {
  const given = {
    ...values,
    perDay: values["per-day"],
    contacts: values.contact,
    description: values.description === undefined ? undefined : readText(values.description),
  };
  const { source, terminal } = context;
  return await withAccount(context, async (account) => {
    const before = await account.read();
    console.log(showAccess(before, account.region));
    if (before.ProductionAccessEnabled) return 0;
    const { Status } = before.Details?.ReviewDetails ?? {};
    if (Status === "PENDING") return 1;
    if (Status === "DENIED" && !values.again) {
      console.log("To send a new request instead: pnpm aws:production-access --again");
      return 1;
    }
    const request = await fillIn(given, factsOf(source), terminal);
    console.log(`\nThe request:\n\n${showRequest(request)}\n`);
    if (!(await agrees("Send it to AWS?", values, terminal))) return values["dry-run"] ? 0 : 1;
    await account.putDetails(request);
    console.log(`\nSent. ${showAccess(await account.read(), account.region)}`);
    return 0;
  });
});

function factsOf({ EMAIL_FROM = "", APP_URL }: Context["source"]) {
  if (!EMAIL_FROM) {
    throw new AppError(
      "NO_SENDER",
      "EMAIL_FROM is not set, and the request names it: set it first.",
    );
  }
  const { name, address } = parseMailbox(EMAIL_FROM);
  const domain = domainOf(address);
  const website = APP_URL?.startsWith("https:") ? APP_URL : undefined;
  return { product: name || brand.name, domain, website };
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "" } = error as { code?: string };
    throw invalid(`--description: ${file} cannot be read (${code}).`);
  }
}
