import type { Dns } from "./resolver.ts";

/** The number of look-ups that a receiver allows (RFC 7208, 4.6.4). */
export const MOST_LOOKUPS = 10;

export const isSpf = (text: string) => /^v=spf1(?: |$)/i.test(text);

/** Whether email through SES passes by it: it includes SES before `all`, without `?`, `~` or `-`. */
export function includesSes(spf: string): boolean {
  const terms = spf.toLowerCase().split(/ +/);
  const all = terms.findIndex((term) => /^[+?~-]?all$/.test(term));
  const read = all === -1 ? terms : terms.slice(0, all);
  return read.some((term) => /^\+?include:amazonses\.com\.?$/.test(term));
}

// RFC 7208, 12: mechanisms, and modifiers of any name.
const TERM =
  /^(?:[+?~-]?(?:all|(?:include|exists):\S+|(?:a|mx|ptr)(?:[:/]\S+)?|ip4:[\d.]+(?:\/\d+)?|ip6:[\da-f:.]+(?:\/\d+)?)|[a-z][\w.-]*=\S*)$/;

/** A term that is not SPF: for it, receivers refuse the whole record. */
export function findMalformed(spf: string): string | undefined {
  const [, ...terms] = spf.toLowerCase().trimEnd().split(/ +/);
  return terms.find((term) => !TERM.test(term));
}

/**
 * How many look-ups an SPF record causes, with those that it includes.
 *
 * @returns at most one more than allowed
 */
export async function countSpfLookups(dns: Dns, record: string): Promise<number> {
  const waiting = [record];
  let count = 0;
  for (let spf = waiting.pop(); spf !== undefined; spf = waiting.pop()) {
    const terms = spf.toLowerCase().split(/ +/).slice(1);
    const all = terms.findIndex((term) => /^[+?~-]?all$/.test(term));
    // Nothing after `all` is read, and a redirect only in a record without `all`.
    const counted = ["include", "a", "mx", "ptr", "exists", ...(all === -1 ? ["redirect"] : [])];
    for (const term of all === -1 ? terms : terms.slice(0, all)) {
      const [, kind = "", target = ""] = /^[+?~-]?([a-z]+)[:=]?([^/]*)/.exec(term) ?? [];
      if (!counted.includes(kind)) continue;
      count += 1;
      if (count > MOST_LOOKUPS) return count;
      const isRecord = kind === "include" || kind === "redirect";
      // A macro makes another name for each email.
      if (!isRecord || target.includes("%")) continue;
      const included = (await dns.world(target, "TXT")).find(isSpf);
      if (included !== undefined) waiting.push(included);
    }
  }
  return count;
}
