/**
 * Quotes a text for a command that an operator copies into a shell. A stranger chooses an address,
 * and its first part may contain `|`, `$` and `` ` `` (RFC 5321, 4.1.2).
 */
export function shellWord(text: string): string {
  return /^[\w.@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
