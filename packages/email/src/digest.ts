import { createHmac, hkdfSync } from "node:crypto";
import type { Key, Keys } from "./keys.ts";

/** Compares the contents of emails without storing them. */
export interface Digester {
  /** @returns the id of the newest key (4 bytes) and an HMAC (32). Equal contents have equal digests. */
  digest(content: unknown): Buffer<ArrayBuffer>;
  /** Whether a stored digest, of any of the keys, is this content's. */
  matches(stored: Uint8Array | null, content: unknown): boolean;
}

/**
 * The digest is an HMAC under a key derived from EMAIL_KEY: without that key, a reader of the table
 * cannot test guesses about an email. The order of an object's keys does not change it.
 */
export function createDigester(keys: Keys): Digester {
  const under = keys.map(hasherOf);
  const underNewest = hasherOf(keys[0]);
  return {
    digest: (content) => underNewest(textOf(content)),
    matches(stored, content) {
      if (!stored) return false;
      const text = textOf(content);
      return under.some((hash) => hash(text).equals(stored));
    },
  };
}

function hasherOf({ id, secret }: Key): (text: string) => Buffer<ArrayBuffer> {
  const derived = Buffer.from(hkdfSync("sha256", secret, "", "email content digest", 32));
  return (text) =>
    Buffer.concat([Buffer.from(id, "hex"), createHmac("sha256", derived).update(text).digest()]);
}

function textOf(content: unknown): string {
  return JSON.stringify(content, sorted);
}

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
