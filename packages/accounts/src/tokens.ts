import { createHmac, randomBytes } from "node:crypto";
import type { LinkPurpose } from "@repo/db";

type Use = LinkPurpose | "session" | "sign-up" | "trusted-browser" | "address" | "client";

/** @returns 256 random bits in 43 characters that fit a URL and a cookie */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The database and the log contain only this hash of a token, an address or a client, so a reader
 * of a backup cannot use them. The hash includes the use, so a token works for one use only.
 */
export function hashToken(secret: string, use: Use, token: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHmac("sha256", secret).update(`${use}:${token}`).digest());
}
