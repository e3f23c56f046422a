/** A link. `label` is its text, or "". */
export interface Link {
  url: string;
  label: string;
}

// An email may be hostile, or large and broken. So every pattern here takes linear time: a tag also
// ends at the next "<", and no search for an end is repeated.

/** The rest of a tag after its name. A quoted value may contain ">". */
const REST = `(?:[^<>"']|"[^<"]*"|'[^<']*')*>`;
const LINK = new RegExp(`<a\\s${REST}`, "gi");
const BLOCK = new RegExp(`<(?:br|/?(?:p|div|td|tr|table|h\\d|li|ul|ol|pre|hr))\\b${REST}`, "gi");
const TAG = new RegExp(`<${REST}`, "g");

/** The http(s) links of a message, each once: first those of the HTML, then those of the text. */
export function extractLinks(html: string, text: string): Link[] {
  const links = new Map<string, string>();
  const visible = without(html, /<!--/g, /-->/g);
  const end = /<\/a\s*>/gi;
  for (const match of visible.matchAll(LINK)) {
    const [, double, single, bare] =
      /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(match[0]) ?? [];
    const url = decodeEntities(double ?? single ?? bare ?? "").trim();
    if (!URL.canParse(url) || !/^https?:/i.test(url) || links.get(url)) continue;
    end.lastIndex = match.index;
    const close = end.exec(visible)?.index ?? match.index;
    const label = htmlToText(visible.slice(match.index, Math.min(close, match.index + 2000)));
    links.set(url, label.replace(/\s+/g, " ").trim().replace(url, ""));
  }
  for (const { 0: found, index } of text.matchAll(/https?:\/\/[^\s<>"'`\][]+/gi)) {
    const url = trimUrl(found, text[index - 1] ?? "");
    if (URL.canParse(url) && !links.has(url)) links.set(url, "");
  }
  return [...links].map(([url, label]) => ({ url, label }));
}

// Removes punctuation after a URL. A closing parenthesis belongs to the URL only with its opening
// one. `*` and `_` are removed only if Markdown has one before the URL too, because a token may end
// in one.
function trimUrl(url: string, before: string): string {
  const after = ".,;:!?" + ("*_".includes(before) ? before : "");
  let end = url.length;
  let surplus = url.split(")").length - url.split("(").length;
  for (; end > 0; end -= 1) {
    const last = url[end - 1] ?? "";
    if (last === ")" && surplus > 0) surplus -= 1;
    else if (!after.includes(last)) break;
  }
  return url.slice(0, end);
}

const WORD = /\b(?:codes?|passcodes?|pin|otp|one[- ]time)\b/i;
const OTHER_CODE =
  /\b(?:zip|postal|post|area|country|error|status|promo|promotion(?:al)?|discount|coupon|voucher|gift|tax|order|invoice|tracking|reference|dress|source|qr)[- ]?codes?\b/gi;
const CANDIDATE =
  /(?<![\w#$€£./:@=]|\w\w-|\d-)(?:\d{4,8}|\d{3}[- ]\d{3,4}|(?=[A-Z-]*\d)[A-Z0-9]{3,5}-[A-Z0-9]{3,5}|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,10})(?![\w%/:@=-]|\.\d)/g;

/**
 * Finds the one-time codes of a message. A code has a usual shape, and is alone on its line or
 * close to a word like "code". A message without such a word has no codes.
 */
export function extractCodes(subject: string, html: string, text: string): string[] {
  const body = (text || htmlToText(html)).replace(/https?:\/\/\S+/gi, " ");
  const prose = `${subject}\n${body}`.replace(OTHER_CODE, " ");
  if (!WORD.test(prose)) return [];
  const codes = new Set<string>();
  for (const match of prose.matchAll(CANDIDATE)) {
    const [code] = match;
    // 60 characters contain a phrase like "Your code is", and not the whole paragraph.
    const before = prose.slice(Math.max(0, match.index - 60), match.index);
    const after = prose.slice(match.index + code.length).slice(0, 60);
    const alone = /(?:^|\n)[ \t]*$/.test(before) && /^[ \t]*\r?(?:\n|$)/.test(after);
    const announced = WORD.test(before) || /^\s*(?:is|as) your\b/i.test(after);
    const year = /^(?:19|20)\d\d$/.test(code);
    if (alone || (announced && !year)) codes.add(code);
  }
  return [...codes];
}

/** Converts HTML to text, with a line for each block. */
function htmlToText(html: string): string {
  const visible = ["style", "script", "title"].reduce(
    (rest, name) =>
      without(rest, new RegExp(`<${name}\\b`, "gi"), new RegExp(`</${name}\\s*>`, "gi")),
    without(html, /<!--/g, /-->/g),
  );
  return decodeEntities(visible.replace(BLOCK, "\n").replace(TAG, "")).replace(
    /[\u00ad\u200b-\u200f\u2060\ufeff]/g,
    "",
  );
}

/** Removes everything from each opening to its closing. Both patterns must be global. */
function without(html: string, opening: RegExp, closing: RegExp): string {
  let kept = "";
  let from = 0;
  for (;;) {
    opening.lastIndex = from;
    const open = opening.exec(html);
    closing.lastIndex = opening.lastIndex;
    const close = open && closing.exec(html);
    if (!open || !close) return kept + html.slice(from);
    kept += html.slice(from, open.index);
    from = closing.lastIndex;
  }
}

const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi,
    (entity, hex, decimal, name) => {
      if (name) return NAMED[name.toLowerCase()] ?? entity;
      const point = hex ? Number.parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : entity;
    },
  );
}
