// How Route 53 and Cloudflare write a TXT record: strings in quotes, of at most 255 bytes each.

/** `v=spf1 …` → `["v=spf1 …"]`, cut where a string would grow over 255 bytes (RFC 1035, 3.3.14). */
function cut(value: string): string[] {
  const bytes = Buffer.from(value);
  const strings = [];
  for (let start = 0; start === 0 || start < bytes.length; start += 255) {
    strings.push(bytes.subarray(start, start + 255).toString("latin1"));
  }
  return strings;
}

function escape(text: string): string {
  return text.replaceAll(/["\\]|[^ -~]/g, (char) =>
    char === '"' || char === "\\"
      ? `\\${char}`
      : `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

/** One value as a zone has it: `"first 255 bytes" "the rest"`. */
export function quoteTxt(value: string): string {
  return cut(value)
    .map((part) => `"${escape(part)}"`)
    .join(" ");
}

/** The value that a zone's quoted strings make, joined (RFC 7208, 3.3); unquoted, itself. */
export function unquoteTxt(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? "");
  if (strings.length === 0) return text;
  const bytes = strings
    .join("")
    .replaceAll(/\\(\d{3}|.)/gs, (_, escaped: string) =>
      escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : escaped,
    );
  return Buffer.from(bytes, "latin1").toString();
}
