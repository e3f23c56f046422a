/** `Name <address>` or an address, as in EMAIL_FROM. @returns undefined if it is neither */
export function parseMailbox(text: string): { address: string; domain: string } | undefined {
  const [, inside, alone] =
    /^(?:[^<>"@]*|"[^"<>]*")<([^<>\s]+)>$|^([^<>\s]+)$/.exec(text.trim()) ?? [];
  const address = inside ?? alone ?? "";
  const [, domain = ""] = /^[\w.+=-]+@([a-z0-9.-]+)$/i.exec(address) ?? [];
  return domain ? { address, domain } : undefined;
}
