// Reads parts of an email's HTML for tests. Patterns are enough, because React writes the HTML.

/** The HTML without its head, comments for Outlook, and decoration. */
function visible(html: string): string {
  return html
    .replace(/^[^]*?<body/, "<body")
    .replaceAll(/<!--[^]*?-->/g, "")
    .replaceAll(/<(\w+)[^>]* data-skip-in-text="true"[^]*?<\/\1>/g, "");
}

export function attributes(html: string, name: "href" | "src"): string[] {
  return values(html, new RegExp(` ${name}="([^"]*)"`, "g"));
}

/** Where links lead. */
export function links(html: string): string[] {
  return values(html, /<a [^>]*?\bhref="([^"]*)"/g);
}

function values(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map(([, value = ""]) => decode(value));
}

/** These tags end a word. A tag inside a line, like `<b>`, does not. */
const BLOCK =
  /<\/?(?:address|article|aside|blockquote|body|br|caption|dd|div|dl|dt|figcaption|figure|footer|form|h\d|header|hr|li|main|nav|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul)\b[^>]*>/g;

/** The words that a person sees, in order. */
export function words(html: string): string[] {
  return split(
    decode(
      visible(html)
        .replaceAll(BLOCK, " ")
        .replaceAll(/<[^>]*>/g, ""),
    ),
  );
}

export function split(text: string): string[] {
  return text.split(/[\s\u200b]+/).filter(Boolean);
}

export function decode(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#x27": "'", amp: "&" };
  return text.replaceAll(/&(lt|gt|quot|#x27|amp);/g, (_, name: string) => characters[name] ?? "");
}
