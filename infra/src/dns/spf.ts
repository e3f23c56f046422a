import { isIPv4, isIPv6 } from "node:net";

/** SES cannot be added to the TXT values; the message gives the reason. */
export class SpfError extends Error {
  override name = "SpfError";
}

/** RFC 7208, 4.6.4: with more look-ups, a receiver treats the record as an error. */
export const LOOKUPS = 10;
const LOOK_UP = new Set(["include", "a", "mx", "ptr", "exists"]);

const RECORD = /^v=spf1(?: |$)/i;
// `v=spf1;include:…`, `"v=spf1 …`, `spf1 …`: meant as SPF, but receivers ignore it. A correct
// record beside it would begin to count, and refuse the senders that only the other one names.
const MEANT = /^[\s"']*(?:v\s*=\s*)?spf\s*1(?!\d)/i;

// RFC 7208, 7.1 and 12; c, r and t are for the text of an explanation alone (7.2).
const MACRO = String.raw`%(?:\{[slodiphv](?:0*[1-9]\d*)?r?[.+,/_=-]*\}|[%_-])`;
const MACRO_STRING = `(?:${MACRO}|[!-$&-~])*`;
const TOP_LABEL = String.raw`(?:[a-z\d]*[a-z][a-z\d]*|[a-z\d]+-[a-z\d-]*[a-z\d])`;
const DOMAIN = String.raw`${MACRO_STRING}(?:\.${TOP_LABEL}\.?|${MACRO})`;
const LENGTH = String.raw`(?:0|[1-9]\d{0,2})`;
const HOST = RegExp(`^(?::${DOMAIN})?(?:/(${LENGTH}))?(?://(${LENGTH}))?$`, "i");
const NETWORK = RegExp(`^:([\\da-f:.]+)(?:/(${LENGTH}))?$`, "i");

/** What may follow each mechanism's name. */
const MECHANISMS: Record<string, (rest: string) => boolean> = {
  all: (rest) => rest === "",
  include: included,
  exists: matches(`:${DOMAIN}`),
  ptr: matches(`(?::${DOMAIN})?`),
  a: host,
  mx: host,
  ip4: network(isIPv4, 32),
  ip6: network(isIPv6, 128),
};

const MODIFIERS: Record<string, (value: string) => boolean> = {
  redirect: matches(DOMAIN),
  exp: matches(DOMAIN),
};

/**
 * Adds a mechanism to the one SPF record (RFC 7208) among a name's TXT values, before its `all`.
 *
 * @param txtValues every TXT value of the name, its strings joined
 * @param include such as `include:amazonses.com`
 * @returns all values; only the SPF record is changed, and merging it again changes nothing
 * @throws SpfError if there are two SPF records, a malformed one, a `redirect=`, or more than ten
 *   look-ups in the record itself; spf-lookups.ts counts those of the records that it includes
 */
export function mergeSpf(txtValues: string[], include: string): string[] {
  const records = txtValues.filter((value) => RECORD.test(value));
  const [record] = records;
  if (records.length > 1)
    throw new SpfError(`there are ${records.length} SPF records, and only one is allowed`);
  const meant = txtValues.find((value) => MEANT.test(value) && !RECORD.test(value));
  if (meant !== undefined) {
    throw new SpfError(
      `"${printable(meant)}" does not begin with "v=spf1 ", so it is not an SPF record`,
    );
  }
  if (record === undefined) return [...txtValues, `v=spf1 ${include} ~all`];

  const merged = add(include, record);
  return txtValues.map((value) => (value === record ? merged : value));
}

function add(include: string, record: string): string {
  const terms = record.split(/ +/).slice(1).filter(Boolean).map(parse);
  const modifiers = terms.filter(({ modifies }) => modifies).map(({ name }) => name);
  // The other record would have to change, and other domains may point to it.
  if (modifiers.includes("redirect")) {
    throw new SpfError("it has a redirect=, by which another record answers");
  }
  if (modifiers.filter((name) => name === "exp").length > 1) throw new SpfError("it has two exp=");

  // A receiver reads no mechanism after `all`.
  const all = terms.findIndex(({ name, modifies }) => name === "all" && !modifies);
  const end = all === -1 ? terms.length : all;
  const read = terms.slice(0, end);
  const wanted = parse(include);
  const same = (term: Term) => term.plain === wanted.plain;
  const [present] = read.filter(same);
  if (present && present.qualifier !== "+") {
    throw new SpfError(`it has ${present.text}, the opposite of ${include}`);
  }

  const asked = present ? read : [...read, wanted];
  const lookups = asked.filter(({ name, modifies }) => LOOK_UP.has(name) && !modifies).length;
  if (lookups > LOOKUPS) {
    throw new SpfError(
      `receivers stop at ${LOOKUPS} look-ups, and with ${include} it takes ${lookups}`,
    );
  }
  if (present) return record;
  const rest = terms.slice(end).filter((term) => !same(term));
  return ["v=spf1", ...[...asked, ...rest].map(({ text }) => text)].join(" ");
}

interface Term {
  /** As it is in the record. */
  text: string;
  /** In lower case. */
  name: string;
  /** `exp=…` modifies; `mx`, `-all` are mechanisms. */
  modifies: boolean;
  /** The result for a sender that matches: `+` passes. */
  qualifier: string;
  /** The mechanism in a normal form, to compare it. */
  plain: string;
}

/** @throws SpfError if the term is not SPF, because receivers then ignore the whole record */
function parse(text: string): Term {
  const [, sign = "", rawName = "", rest = ""] =
    /^([+\-~?]?)([a-z][a-z\d_.-]*)(.*)$/is.exec(text) ?? [];
  const name = rawName.toLowerCase();
  const modifies = rest.startsWith("=");
  const valid = modifies
    ? sign === "" && (own(MODIFIERS, name) ?? matches(MACRO_STRING))(rest.slice(1))
    : own(MECHANISMS, name)?.(rest);
  if (!valid) throw new SpfError(`"${printable(text)}" in it is not SPF (RFC 7208)`);
  const plain = (name + rest).toLowerCase().replace(/\.$/, "");
  return { text, name, modifies, qualifier: sign || "+", plain };
}

function own<T>(table: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function matches(pattern: string): (text: string) => boolean {
  const whole = RegExp(`^${pattern}$`, "i");
  return (text) => whole.test(text);
}

/** The name must be possible in DNS: an include without a record is an error (5.2). */
function included(rest: string): boolean {
  const name = rest.slice(1).replaceAll(RegExp(MACRO, "gi"), "x").replace(/\.$/, "");
  const possible = name.split(".").every((label) => label !== "" && label.length < 64);
  return possible && matches(`:${DOMAIN}`)(rest);
}

/** `:example.com/24//64`, each part optional. */
function host(rest: string): boolean {
  const [whole, length4 = "0", length6 = "0"] = HOST.exec(rest) ?? [];
  return whole !== undefined && Number(length4) <= 32 && Number(length6) <= 128;
}

/** `:192.0.2.0/24` */
function network(isAddress: (text: string) => boolean, longest: number) {
  return (rest: string): boolean => {
    const [, address = "", length = "0"] = NETWORK.exec(rest) ?? [];
    return isAddress(address) && Number(length) <= longest;
  };
}

/** The text comes from the zone: no control character of it must reach the terminal. */
function printable(text: string): string {
  return text.slice(0, 60).replaceAll(/[^ -~]/g, "?");
}
