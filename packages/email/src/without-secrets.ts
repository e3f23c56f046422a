/**
 * Text that another server or a person has written, without what could log somebody in: the query
 * of a link, and anything as long as a token. A long name in small letters stays.
 */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/\bhttps?:\/\/[^\s<>"']+/gi, (link) => link.replace(/[?#].*/, "?…"))
    .replaceAll(/[\w-]{40,}/g, (word) => (/[A-Z\d]/.test(word) ? "[long]" : word));
}
