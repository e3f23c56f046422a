import { createHmac, randomBytes } from "node:crypto";
import type { LinkPurpose } from "@repo/db";

type Use = LinkPurpose | "session" | "sign-up" | "trusted-browser" | "address" | "client";

/** @returns 256 random bits in 43 characters that fit a URL and a cookie */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * What the database or the log keeps of a token, an address or a client: a reader of a backup
 * cannot use it. The use is part of the hash, so that a token for one thing is unknown to every
 * other.
 */
export function hashToken(secret: string, use: Use, token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHmac("sha256", secret).update(`${use}:${token}`).digest());
}
