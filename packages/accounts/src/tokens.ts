import { createHmac, randomBytes } from "node:crypto";
import type { LinkPurpose } from "@repo/db";
import type { Key, Keys } from "@repo/email/keys";

type Use = LinkPurpose | "session" | "sign-up" | "trusted-browser" | "address" | "client";

/** @returns 256 random bits in 43 characters that fit a URL and a cookie */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The hash that the database or the log has in place of a token, the address of a request or of a
 * refused log-in, or a client. A reader of a backup cannot use it. It includes the use, so a token
 * for one use is none for another.
 *
 * A row is written with `newHash` and found by `hashesOf`.
 */
export function hashUnder(key: Key, use: Use, token: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHmac("sha256", key.secret).update(`${use}:${token}`).digest());
}

/** @returns the hash that a new row gets: the id of the newest key (4 bytes), and the hash under it */
export function newHash([newest]: Keys, use: Use, token: string): Uint8Array<ArrayBuffer> {
  return Buffer.concat([Buffer.from(newest.id, "hex"), hashUnder(newest, use, token)]);
}

/** @returns every hash that the token's row may have: one under each key */
export function hashesOf(secret: Keys, use: Use, token: string): Uint8Array<ArrayBuffer>[] {
  return secret.map((key) => newHash([key], use, token));
}
