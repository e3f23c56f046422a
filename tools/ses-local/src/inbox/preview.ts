import { type Content, parse } from "./message.ts";

export interface Preview {
  scheme: "light" | "dark";
  images: boolean;
}

/** Whether an email brings its own dark styles. */
export function hasDarkStyles(html: string): boolean {
  return /prefers-color-scheme\s*:\s*dark/i.test(html) || declaresDark(html);
}

function declaresDark(html: string): boolean {
  return (
    /<meta\s[^<>]{0,99}name=["']?(?:supported-)?color-schemes?["']?[^<>]{1,99}content=["'][^"'<>]{0,40}\bdark\b/i.test(
      html,
    ) || /color-scheme\s*:[^;}"']{0,40}\bdark\b/i.test(html)
  );
}

/**
 * What a mail client would show. The frame it is put in can run no script, so all that the
 * reader's own settings would decide is decided here:
 * `prefers-color-scheme` is answered with the scheme asked for, and an email without dark styles
 * has its colours inverted, as Outlook and Gmail's apps do.
 */
export async function preview(
  message: Content,
  source: () => Promise<Buffer>,
  { scheme, images }: Preview,
): Promise<string> {
  const dark = scheme === "dark";
  const styled = hasDarkStyles(message.html);
  const styles = [
    `:root{color-scheme:${dark && styled ? "dark" : "only light"}}`,
    ...(dark && !styled
      ? [
          "html{background:#fff;filter:invert(1) hue-rotate(180deg)}",
          "img,video,svg,[background]{filter:invert(1) hue-rotate(180deg)}",
        ]
      : []),
  ];
  let html = answerMediaQueries(message.html, scheme);
  if (images && html.includes("cid:")) html = await inlineImages(html, source);
  return insertIntoHead(html, `<base target="_blank"><style>${styles.join("")}</style>`);
}

function answerMediaQueries(html: string, scheme: "light" | "dark"): string {
  return html.replace(
    /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi,
    // Always and never: a frame has a width.
    (_query, asked: string) =>
      asked.toLowerCase() === scheme ? "(min-width:0px)" : "(max-width:0px)",
  );
}

// As data: URLs: a sandboxed frame has no origin, so it may fetch nothing from this server.
async function inlineImages(html: string, source: () => Promise<Buffer>): Promise<string> {
  const { attachments } = await parse(await source());
  return attachments.reduce((result, { cid, contentType, content }) => {
    if (!cid || !contentType.startsWith("image/")) return result;
    return result.replaceAll(
      `cid:${cid}`,
      `data:${contentType};base64,${content.toString("base64")}`,
    );
  }, html);
}

// After the doctype in any case: before it, the frame would fall back to quirks mode.
function insertIntoHead(html: string, inserted: string): string {
  const place =
    /<head(?:\s[^>]*)?>/i.exec(html) ??
    /<html(?:\s[^>]*)?>/i.exec(html) ??
    /^\s*<!doctype[^>]*>/i.exec(html);
  const at = place ? place.index + place[0].length : 0;
  // Without a doctype webmail shows it in standards mode all the same, inside its own page.
  return `${place ? "" : "<!doctype html>"}${html.slice(0, at)}${inserted}${html.slice(at)}`;
}

/** No script, no form, no frame; nothing from the network but pictures and fonts. */
export function previewPolicy({ images }: Preview): string {
  return [
    "sandbox allow-popups allow-popups-to-escape-sandbox",
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src ${images ? "data: http: https:" : "'none'"}`,
    "font-src data: https:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join("; ");
}
