/** The TXT values cannot take one more include; the message gives the reason. */
export class SpfError extends Error {
  override name = "SpfError";
}

// RFC 7208, 4.6.4: more of them and a receiver treats the record as an error.
const LOOKUPS = 10;
const LOOKS_UP = /^[+\-~?]?(include:|exists:|(a|mx|ptr)(?=[:/]|$))/i;

/**
 * Adds a mechanism to the one SPF record (RFC 7208) among a name's TXT values.
 *
 * @param txtValues every TXT value of the name, its strings joined
 * @param include such as `include:amazonses.com`
 * @returns all of them, every other one as it was; merging twice is merging once
 * @throws SpfError where there are two SPF records, a `redirect=`, no place before `all`, or more
 *   than ten look-ups
 */
export function mergeSpf(txtValues: string[], include: string): string[] {
  const records = txtValues.filter((value) => /^v=spf1( |$)/i.test(value));
  const [record] = records;
  if (records.length > 1) throw new SpfError(`there are ${records.length}, and only one may be`);
  if (record === undefined) return [...txtValues, `v=spf1 ${include} ~all`];

  const terms = record.split(/ +/).filter((term) => term !== "");
  const names = terms.map((term) => term.toLowerCase().replace(/^\+/, ""));
  if (names.some((term) => term.startsWith("redirect="))) {
    throw new SpfError("it has a redirect=, which another record answers");
  }
  if (names.includes(include.toLowerCase())) return txtValues;

  const all = names.findIndex((term) => /^[-~?]?all$/.test(term));
  const merged = terms.toSpliced(all === -1 ? terms.length : all, 0, include);
  const lookups = merged.filter((term) => LOOKS_UP.test(term)).length;
  if (lookups > LOOKUPS) {
    throw new SpfError(`it would ask DNS ${lookups} times, and receivers stop at ${LOOKUPS}`);
  }
  return txtValues.map((value) => (value === record ? merged.join(" ") : value));
}
