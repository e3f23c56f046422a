import { createHmac, hkdfSync } from "node:crypto";

/**
 * Creates a function that makes a digest of an email's content. Two contents can be compared by
 * their digests, without storing the contents. The digest is an HMAC under a key derived from
 * EMAIL_KEY: without that key, a reader of the table cannot test guesses about an email.
 *
 * @returns 32 bytes; the order of an object's keys does not change them
 */
export function createDigest(key: string): (content: unknown) => Buffer<ArrayBuffer> {
  const derived = Buffer.from(hkdfSync("sha256", key, "", "email content digest", 32));
  return (content) =>
    Buffer.from(createHmac("sha256", derived).update(JSON.stringify(content, sorted)).digest());
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
