// How zones write a TXT record: strings in quotes, of at most 255 bytes each (RFC 1035, 3.3.14).

/** @param value printable ASCII, as SPF and DMARC are; `"first 255" "the rest"` of it */
export function quoteTxt(value: string): string {
  const strings = value.match(/.{1,255}/gs) ?? [""];
  return strings.map((part) => `"${part.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(" ");
}

/**
 * The value that a zone's quoted strings make, joined (RFC 7208, 3.3); unquoted, itself. Good to
 * tell what a value is: an escaped byte beyond ASCII is left as it is written, for Route 53 writes
 * it in octal and others in decimal.
 */
export function unquoteTxt(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? "");
  if (strings.length === 0) return text;
  return strings.join("").replaceAll(/\\(\D)/gs, "$1");
}
