/** Where an address leads: by https, to this machine, by another scheme (mailto), or nowhere. */
export function whereTo(address: string): "https" | "this machine" | "other" | "nowhere" {
  if (/^(?:mailto|tel|sms|cid|data):./i.test(address)) return "other";
  if (!/^https?:\/\/./i.test(address) || !URL.canParse(address)) return "nowhere";
  const { protocol, hostname } = new URL(address);
  if (/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)) return "this machine";
  return protocol === "https:" ? "https" : "nowhere";
}
