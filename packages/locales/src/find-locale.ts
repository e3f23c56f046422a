/**
 * The best of the available languages for a tag: "de" for "de-AT" (RFC 4647, 3.4).
 *
 * @param tag undefined or null: nobody has chosen a language
 * @returns undefined if none fits
 */
export function findLocale<L extends string>(
  tag: string | undefined | null,
  available: readonly L[],
): L | undefined {
  for (let wanted = tag?.toLowerCase() ?? ""; wanted !== "";) {
    const found = available.find((each) => each.toLowerCase() === wanted);
    if (found) return found;
    wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf("-")));
  }
  return undefined;
}

type Direction = "ltr" | "rtl";

/** Newer versions of Node.js have the method, older ones the property. */
interface TextInfo {
  getTextInfo?: () => { direction: Direction };
  textInfo?: { direction: Direction };
}

const directions = new Map<string, Direction>();

/** The direction in which a language is written. It is for HTML's attribute `dir`. */
export function directionOf(locale: string): Direction {
  let direction = directions.get(locale);
  if (!direction) {
    const of = new Intl.Locale(locale) as TextInfo;
    direction = (of.getTextInfo?.() ?? of.textInfo)?.direction ?? "ltr";
    directions.set(locale, direction);
  }
  return direction;
}
