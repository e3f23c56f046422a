import { outcomeOf } from "./outcome.js";

/**
 * @typedef {{ id: string, from: string, to: string[], cc: string[], bcc: string[],
 *   subject: string, tags: Record<string, string>, at: string, read: boolean,
 *   code: string | null, attachments: number, excerpt: string,
 *   events: import("./outcome.js").Told[] }} Summary
 */

/** @param {Summary} message */
export const recipients = (message) => [...message.to, ...message.cc, ...message.bcc];

/** @param {Summary} message */
const tagTexts = ({ tags }) => Object.entries(tags).map(([name, value]) => `${name}=${value}`);

/** @type {Record<string, (message: Summary, value: string) => boolean>} */
const FIELDS = {
  to: (message, value) => has(recipients(message), value),
  from: (message, value) => has([message.from], value),
  subject: (message, value) => has([message.subject], value),
  template: (message, value) => message.tags["template"]?.toLowerCase() === value,
  tag: (message, value) => has(tagTexts(message), value),
  is: (message, value) =>
    value === "unread"
      ? !message.read
      : message.events.some((event) => outcomeOf(event).label.toLowerCase() === value),
};

/** @param {string[]} texts @param {string} value */
const has = (texts, value) => texts.some((text) => text.toLowerCase().includes(value));

/**
 * Reads a query. Each word must be in recipient, sender, subject or tags. `field:value` searches in
 * one of these; `is:unread` and `is:bounced` search by state. Words in "quotes" belong together.
 *
 * @param {string} query
 * @returns {(message: Summary) => boolean}
 */
export function matcher(query) {
  const tests = [...query.toLowerCase().matchAll(/(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/g)].map(
    ([term, field, quoted, word]) => {
      const test = field && Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
      const value = quoted ?? word ?? "";
      if (test) return (/** @type {Summary} */ message) => test(message, value);
      const text = quoted !== undefined && !field ? quoted : term;
      return (/** @type {Summary} */ message) =>
        has([...recipients(message), message.from, message.subject, ...tagTexts(message)], text);
    },
  );
  return (message) => tests.every((test) => test(message));
}

/**
 * Groups messages by recipient. The recipient of the newest message comes first. A message to two
 * recipients is in both groups.
 *
 * @param {Summary[]} messages newest first
 * @returns {Map<string, Summary[]>}
 */
export function groupByRecipient(messages) {
  /** @type {Map<string, Summary[]>} */
  const groups = new Map();
  for (const message of messages) {
    for (const address of new Set(
      recipients(message).map((recipient) => recipient.toLowerCase()),
    )) {
      const group = groups.get(address);
      if (group) group.push(message);
      else groups.set(address, [message]);
    }
  }
  return groups;
}

/**
 * The number of messages of each template, sorted by name.
 *
 * @param {Summary[]} messages
 * @returns {[template: string, count: number][]}
 */
export function countTemplates(messages) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const { tags } of messages) {
    const template = tags["template"];
    if (template) counts[template] = (counts[template] ?? 0) + 1;
  }
  return Object.entries(counts).sort(([a], [b]) => a.localeCompare(b));
}
