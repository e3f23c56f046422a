import { createHash, randomBytes } from "node:crypto";

// Scanners for secrets find a key by its beginning: docs/api.md has the pattern.
const PREFIX = "email_key_";

/** A new key of 256 random bits. */
export function newKey(): string {
  return PREFIX + randomBytes(32).toString("base64url");
}

/**
 * What the database has of a key. Nobody can guess 256 random bits, so a hash needs neither a
 * secret nor a salt. A look-up by the hash takes the same time for every wrong key.
 */
export function hashKey(key: string): Uint8Array<ArrayBuffer> {
  return createHash("sha256").update(key).digest();
}

/** The beginning of a key, by which an operator recognizes it: 24 of its 256 bits. */
export function startOf(key: string): string {
  return key.slice(0, PREFIX.length + 4);
}
