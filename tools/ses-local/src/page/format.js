const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const seconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** A short time, for the list. @param {string} iso */
export function shortTime(iso) {
  const date = new Date(iso);
  const minutes = Math.floor((Date.now() - date.getTime()) / 60_000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  return date.toDateString() === new Date().toDateString() ? time.format(date) : day.format(date);
}

/** To the second. @param {string} iso */
export function longTime(iso) {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return today ? seconds.format(date) : `${day.format(date)}, ${seconds.format(date)}`;
}

/** @param {string} iso */
export const fullTime = (iso) => full.format(new Date(iso));

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const kilobytes = bytes / 1024;
  if (kilobytes < 1000) return `${kilobytes.toFixed(kilobytes < 10 ? 1 : 0)} KB`;
  return `${(kilobytes / 1024).toFixed(1)} MB`;
}

/** The hue of an address. @param {string} address */
export function hue(address) {
  let hash = 0;
  for (const character of address.toLowerCase()) hash = (hash * 31 + character.charCodeAt(0)) >>> 0;
  return (hash * 47) % 360;
}

/** `Sam Sample` of `Sam Sample <sam@example.org>`. @param {string} mailbox */
export const displayName = (mailbox) =>
  mailbox.replace(/\s*<[^>]*>$/, "").replace(/^"|"$/g, "") || mailbox;

/** `1 link`, `2 links`. @param {number | string} count @param {string} what */
export const plural = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
