// How zones write a TXT record: strings in quotes, of at most 255 bytes each (RFC 1035, 3.3.14).

/**
 * @param value printable ASCII, as SPF and DMARC are
 * @returns `"first 255" "the rest"`
 */
export function quoteTxt(value: string): string {
  const strings = value.match(/.{1,255}/gs) ?? [""];
  return strings.map((part) => `"${part.replaceAll(/["\\]/g, String.raw`\$&`)}"`).join(" ");
}

/**
 * Joins the quoted strings of a zone to the value that they make (RFC 7208, 3.3). A value without
 * quotes is returned as it is. For reading only: an escaped byte beyond ASCII stays as it is
 * written, because Route 53 writes it in octal and others in decimal.
 */
export function unquoteTxt(text: string): string {
  const strings = [...text.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map((match) => match[1] ?? "");
  if (strings.length === 0) return text;
  return strings.join("").replaceAll(/\\(\D)/gs, "$1");
}
