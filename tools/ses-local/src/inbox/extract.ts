import { type Link, readDocument } from "@repo/email-lint/document";

/** The http(s) links of a message, each once: first those of the HTML, then those of the text. */
export function extractLinks(html: string, text: string): Link[] {
  const links = new Map<string, string>();
  for (const { url, label } of readDocument(html).links) {
    if (!URL.canParse(url) || !/^https?:/i.test(url) || links.get(url)) continue;
    links.set(url, label.replace(url, ""));
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
// Without a limit, the lookahead would take minutes for a row of 450,000 dashes.
const CANDIDATE =
  /(?<![\w#$€£./:@=]|\w\w-|\d-)(?:\d{4,8}|\d{3}[- ]\d{3,4}|(?=[A-Z-]{0,10}\d)[A-Z0-9]{3,5}-[A-Z0-9]{3,5}|(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{5,10})(?![\w%/:@=-]|\.\d)/g;

/**
 * Finds the one-time codes of a message. A code has a usual shape, and is alone on its line or
 * close to a word like "code". A message without such a word has no codes.
 */
export function extractCodes(subject: string, html: string, text: string): string[] {
  const invisible = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
  const seen = text || readDocument(html).text.replace(invisible, "");
  const body = seen.replace(/https?:\/\/\S+/gi, " ");
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
