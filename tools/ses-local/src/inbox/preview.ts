import { CID_LINK, type Content, parse } from "./message.ts";

export interface Preview {
  scheme: "light" | "dark";
  images: boolean;
  /** A website whose pictures are loaded from another address, as it is not on the internet yet. */
  pictures?: { of: string; from: string } | undefined;
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
 * The HTML as a mail client would show it. Its frame runs no script, so the reader's choices must
 * be in the HTML: queries for `prefers-color-scheme` get the chosen scheme. In the dark scheme, an
 * email without dark styles has inverted colours, as in Outlook and Gmail's apps.
 */
export async function preview(
  message: Content,
  source: () => Promise<Buffer>,
  { scheme, images, pictures }: Preview,
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
  if (pictures) html = html.replaceAll(` src="${pictures.of}/`, ` src="${pictures.from}/`);
  if (images && html.includes("cid:")) html = await inlineImages(html, source);
  return insertIntoHead(html, `<base target="_blank"><style>${styles.join("")}</style>`);
}

function answerMediaQueries(html: string, scheme: "light" | "dark"): string {
  return html.replace(
    /\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/gi,
    // Always true and never true, because every frame has a width.
    (_query, asked: string) =>
      asked.toLowerCase() === scheme ? "(min-width:0px)" : "(max-width:0px)",
  );
}

// As data: URLs, because a sandboxed frame has no origin and may fetch nothing from this server.
async function inlineImages(html: string, source: () => Promise<Buffer>): Promise<string> {
  const { attachments } = await parse(await source());
  return html.replaceAll(CID_LINK, (link, id: string) => {
    const image = attachments.find(
      ({ cid, contentType: type }) => cid === id && type.startsWith("image/"),
    );
    return image ? `data:${image.contentType};base64,${image.content.toString("base64")}` : link;
  });
}

// Always after the doctype. Anything before it would switch the frame to quirks mode.
function insertIntoHead(html: string, inserted: string): string {
  const place =
    /<head(?:\s[^>]*)?>/i.exec(html) ??
    /<html(?:\s[^>]*)?>/i.exec(html) ??
    /^\s*<!doctype[^>]*>/i.exec(html);
  const at = place ? place.index + place[0].length : 0;
  // Webmail shows an email in standards mode, inside its own page, even if the email has no
  // doctype.
  return `${place ? "" : "<!doctype html>"}${html.slice(0, at)}${inserted}${html.slice(at)}`;
}

/** Allows no script, form or frame, and from the network only pictures and fonts. */
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
