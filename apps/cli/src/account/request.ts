import type { PutAccountDetailsRequest } from "@aws-sdk/client-sesv2";
import { multiline, select, text } from "@clack/prompts";
import { EmailError, parseAddress } from "@repo/email/enqueue";
import { invalid, oneOf } from "../options.ts";
import { printable } from "../show.ts";
import { describeUse } from "./describe-use.ts";
import { type Terminal, answered } from "./terminal.ts";

/** The answers that a person has given by options. */
export interface Given {
  website?: string | undefined;
  type?: string | undefined;
  language?: string | undefined;
  contacts?: string[] | undefined;
  perDay?: string | undefined;
  description?: string | undefined;
}

// The limits of PutAccountDetails:
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountDetails.html
const MOST_CONTACTS = 4;
const LONGEST = 5_000;

const TYPES = ["transactional", "marketing"];
const LANGUAGES = ["english", "japanese"];

/**
 * The request for production access: what options say, what a person answers, and what this system
 * does.
 *
 * @param facts of the settings
 * @throws AppError `INVALID_OPTION`, `CANCELLED`
 */
export async function fillIn(
  given: Given,
  facts: { product: string; website: string | undefined; domain: string },
  terminal: Terminal,
): Promise<PutAccountDetailsRequest> {
  const ask = askOn(terminal);
  const website = await ask(given.website ?? facts.website, isWebsite, "--website", {
    message: "The public address of your product",
    isGiven: given.website !== undefined,
  });
  const type = await choose(given.type, TYPES, "--type", "Most of your email is", terminal);
  const language = await choose(
    given.language,
    LANGUAGES,
    "--language",
    "AWS writes to you in",
    terminal,
  );
  const perDay = await ask(given.perDay ?? "", isCount, "--per-day", {
    message: "How many emails a day you expect to send (may stay empty)",
    isGiven: given.perDay !== undefined,
  });
  const contacts = await ask(given.contacts?.join(", ") ?? "", areContacts, "--contact", {
    message: "Who else gets AWS's answer: addresses (may stay empty)",
    isGiven: given.contacts !== undefined,
  });
  const draft = describeUse({ ...facts, website, perDay: perDay ? Number(perDay) : undefined });
  const description = await describe(given.description, draft, terminal);
  const AdditionalContactEmailAddresses = split(contacts);
  return {
    ProductionAccessEnabled: true,
    MailType: type === "marketing" ? "MARKETING" : "TRANSACTIONAL",
    WebsiteURL: website,
    ContactLanguage: language === "japanese" ? "JA" : "EN",
    UseCaseDescription: description,
    ...(AdditionalContactEmailAddresses.length > 0 && { AdditionalContactEmailAddresses }),
  };
}

/** The request as a person reads it. */
export function showRequest(request: PutAccountDetailsRequest): string {
  const facts = [
    ["Website", request.WebsiteURL],
    ["Email", request.MailType?.toLowerCase()],
    ["Language", request.ContactLanguage === "JA" ? "japanese" : "english"],
    ["Contacts", request.AdditionalContactEmailAddresses?.join(", ") ?? "only the account's own"],
  ];
  return [
    ...facts.map(([name = "", value = ""]) => `  ${name.padEnd(10)}${printable(value)}`),
    "",
    ...(request.UseCaseDescription ?? "").split("\n").flatMap((line) => wrap(printable(line))),
  ].join("\n");
}

/** Lines of at most 80 characters, between words. */
function wrap(line: string): string[] {
  return line === ""
    ? [""]
    : (line.match(/\S.{0,77}(?=\s|$)|\S+/g) ?? []).map((part) => `  ${part}`);
}

type Check = (value: string) => string | undefined;

function askOn(terminal: Terminal) {
  /** Asks, except if an option has answered already. */
  return async (
    value: string | undefined,
    check: Check,
    option: string,
    { message, isGiven }: { message: string; isGiven: boolean },
  ): Promise<string> => {
    if (terminal.isInteractive && !isGiven) {
      const validate = (answer: string | undefined) => check((answer ?? "").trim());
      const prompt = { message, initialValue: value ?? "", validate, ...terminal };
      return answered(await text(prompt)).trim();
    }
    const problem = check(value ?? "");
    if (problem) throw invalid(`${option}: ${problem}`);
    return value ?? "";
  };
}

async function choose(
  given: string | undefined,
  allowed: string[],
  option: string,
  message: string,
  terminal: Terminal,
): Promise<string> {
  const [first = ""] = allowed;
  const chosen = oneOf(option, allowed, given);
  if (chosen !== undefined) return chosen;
  if (!terminal.isInteractive) return first;
  const options = allowed.map((value) => ({ value }));
  return answered(await select({ message, options, initialValue: first, ...terminal }));
}

async function describe(
  given: string | undefined,
  draft: string,
  terminal: Terminal,
): Promise<string> {
  if (terminal.isInteractive && given === undefined) {
    const message = "What AWS reads about your email. Correct what is wrong; then Tab and Enter";
    const validate = (answer: string | undefined) => isDescription(answer ?? "");
    const prompt = { message, initialValue: draft, showSubmit: true, validate, ...terminal };
    return answered(await multiline(prompt)).trim();
  }
  const problem = isDescription(given ?? draft);
  if (problem) throw invalid(`--description: ${problem}`);
  return (given ?? draft).trim();
}

const isWebsite: Check = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPublic =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.hostname.includes(".") &&
    !/^[\d.]+$|(?:^|\.)(?:example\.(?:com|net|org)|localhost)$/.test(url.hostname);
  return isPublic ? undefined : "must be a public address, such as https://app.your-domain.com";
};

const isCount: Check = (value) =>
  /^(?:[1-9]\d{0,8})?$/.test(value) ? undefined : "must be a whole number";

const areContacts: Check = (value) => {
  const all = split(value);
  if (all.length > MOST_CONTACTS) return `AWS takes at most ${MOST_CONTACTS}`;
  try {
    all.forEach((one) => parseAddress(one));
  } catch (error) {
    if (error instanceof EmailError) return "must be addresses, with commas between them";
    throw error;
  }
  return undefined;
};

const isDescription: Check = (value) => {
  const { length } = value.trim();
  return length > 0 && length <= LONGEST
    ? undefined
    : `must have 1 to ${LONGEST} characters, and has ${length}`;
};

const split = (list: string) =>
  list
    .split(",")
    .map((one) => one.trim())
    .filter(Boolean);
