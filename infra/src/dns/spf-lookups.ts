const ASKS = /^[+\-~?]?(?:include|a|mx|ptr|exists)(?:[:/]|$)/i;
const ALL = /^[+\-~?]?all$/i;
const OTHER_RECORD = /^(?:[+\-~?]?include:|redirect=)(.+)$/i;

/**
 * How often a receiver asks DNS for an SPF record, with the records that it includes (RFC 7208,
 * 4.6.4), when nothing in it matches.
 *
 * @param txtOf returns every TXT value of a name. Empty if there are none
 * @param limit the count at which to stop, because records may include each other
 */
export async function countLookups(
  record: string,
  txtOf: (name: string) => Promise<string[]>,
  limit: number,
): Promise<number> {
  const terms = record.split(/ +/).slice(1);
  const all = terms.findIndex((term) => ALL.test(term));
  // A receiver reads nothing after `all`, and then ignores redirect= too.
  const read = all === -1 ? terms : terms.slice(0, all).filter((term) => !/^redirect=/i.test(term));

  let count = 0;
  for (const term of read) {
    const [, name] = OTHER_RECORD.exec(term) ?? [];
    if (name === undefined && !ASKS.test(term)) continue;
    count += 1;
    if (count >= limit) return count;
    // A name with a macro is a different one for every email.
    if (name === undefined || name.includes("%")) continue;
    // One after the other, because the first ones may reach the limit.
    const values = await txtOf(name);
    const included = values.find((value) => /^v=spf1(?: |$)/i.test(value));
    if (included !== undefined) count += await countLookups(included, txtOf, limit - count);
  }
  return count;
}
