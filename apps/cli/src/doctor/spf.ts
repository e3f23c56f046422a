import type { Dns } from "./resolver.ts";

/** The number of look-ups that a receiver allows (RFC 7208, 4.6.4). */
export const MOST_LOOKUPS = 10;

export const isSpf = (text: string) => /^v=spf1(?: |$)/i.test(text);

/** Whether it includes SES. */
export const includesSes = (spf: string) => /(?:^| )[+?~]?include:amazonses\.com(?: |$)/i.test(spf);

/**
 * How many look-ups an SPF record causes, with those that it includes.
 *
 * @returns at most one more than allowed
 */
export async function countSpfLookups(dns: Dns, record: string): Promise<number> {
  const waiting = [record];
  let count = 0;
  for (let spf = waiting.pop(); spf !== undefined; spf = waiting.pop()) {
    for (const term of spf.toLowerCase().split(/ +/).slice(1)) {
      const [, kind = "", target = ""] = /^[+?~-]?([a-z]+)[:=]?([^/]*)/.exec(term) ?? [];
      // Nothing after it is read.
      if (kind === "all") break;
      if (!["include", "redirect", "a", "mx", "ptr", "exists"].includes(kind)) continue;
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
