// The values that a key of the configuration may have. Each takes the text of the key and returns
// the value, or throws an Error whose message completes "… must be".

// SES's own bounds for MaxDeliverySeconds.
export const SHORTEST_DELIVERY = 300;
export const LONGEST_DELIVERY = 50_400;

export function required<T>(parse: (value: string) => T) {
  return (value: string | undefined): T => parse(value ?? "");
}

export function optional<T, const D>(parse: (value: string) => T, otherwise: D) {
  return (value: string | undefined): T | D => (value === undefined ? otherwise : parse(value));
}

export function matching(pattern: RegExp, what: string) {
  return (value: string): string => {
    if (!pattern.test(value)) throw new Error(what);
    return value;
  };
}

export function domainName(value: string): string {
  // A name in DNS has at most 253 characters, and DKIM's records put 44 before the domain.
  const valid = /^(?=.{4,209}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/;
  return matching(valid, "a domain in lower case, an international one in its xn-- form")(value);
}

export function label(value: string): string {
  return matching(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "names of a-z, 0-9 and -")(value);
}

export function subdomain(value: string): string {
  const valid = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;
  return matching(valid, "a subdomain in lower case, without the domain")(value);
}

export function setName(value: string): string {
  return matching(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 of A-Z, a-z, 0-9, _ and -")(value);
}

export function address(value: string): string {
  // RFC 5321 allows more, but some of that has a meaning in DMARC's mailto: or in an ARN.
  return matching(/^[\w.+=-]+@[a-z0-9.-]+\.[a-z0-9-]+$/i, "one address, without a name")(value);
}

export function fromPattern(value: string): string {
  return matching(/^[\w.+=*?-]+@[a-z0-9.-]+$/, "addresses, without names")(value);
}

export function httpsUrl(value: string): string {
  return matching(/^https:\/\/[^\s/@]+\/\S*$/, "an https:// address with its path")(value);
}

/** @returns the address without `https://`, which is how IAM writes it */
export function oidcIssuer(value: string): string {
  const valid = /^https:\/\/([a-z0-9.-]+(\/[\w./-]*[\w-])?)$/i;
  return matching(valid, "an https:// address without a / at the end")(value).slice(8);
}

/** `repo:*` would let in everybody who has an account with the issuer. */
export function oidcSubject(value: string): string {
  return matching(
    /^[^\s*?:]+(:[^\s*?:]+)+(:[^\s*?:]*\*)?$/,
    "at least two parts with : between them; a * may stand only at the end, after two parts",
  )(value);
}

export function flag(value: string): boolean {
  return oneOf(["true", "false"])(value) === "true";
}

export function deliverySeconds(value: string): number {
  const seconds = /^\d+$/.test(value) ? Number(value) : 0;
  if (seconds >= SHORTEST_DELIVERY && seconds <= LONGEST_DELIVERY) return seconds;
  throw new Error(`a whole number from ${SHORTEST_DELIVERY} to ${LONGEST_DELIVERY}`);
}

export function keyNames(value: string): string[] {
  const names = listOf(label)(value);
  // IAM's limit.
  if (names.length > 2) throw new Error("one or two names");
  return names;
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return (value: string): T => {
    const found = values.find((candidate) => candidate === value);
    if (!found) throw new Error(`one of ${values.join(", ")}`);
    return found;
  };
}

function fromJson(list: string): unknown[] {
  try {
    return JSON.parse(list) as unknown[];
  } catch {
    throw new Error("a list as a,b or JSON");
  }
}

/** Reads `a,b` of `pulumi config set`, or the JSON that Pulumi makes from a list in YAML. */
export function listOf<T>(parse: (value: string) => T) {
  return (value: string): T[] => {
    const entries = value.startsWith("[") ? fromJson(value) : value.split(",");
    const parsed = entries.map((entry) => parse(String(entry).trim()));
    if (parsed.length === 0) throw new Error("a list of at least one");
    return [...new Set(parsed)];
  };
}
