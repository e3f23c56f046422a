import { timingSafeEqual } from "node:crypto";
import type { Db } from "@repo/db";
import type { Key, Keys } from "@repo/email/keys";
import { hashUnder, newToken } from "./tokens.ts";

/**
 * Makes the cookie of a browser that has logged in to this account (OWASP: device cookies). A
 * stranger who uses up the wrong passwords of an address locks out other browsers, but not these.
 *
 * The cookie contains a random id, the account's epoch, and their keyed hash with the address. It
 * is not stored. Its hash is checked first, so a forged cookie costs no look-up.
 */
export function trustBrowser(
  secret: Keys,
  emailKey: string,
  { id, trustEpoch }: { id: string; trustEpoch: number },
): string {
  const claim = `${newToken()}.${id}.${trustEpoch}`;
  return `${claim}.${tagOf(secret[0], emailKey, claim)}`;
}

/** Whether a cookie was made for this address and its account still trusts it. */
export async function isTrusted(
  db: Db,
  secret: Keys,
  emailKey: string,
  cookie: string | undefined,
): Promise<boolean> {
  const [, claim, id, epoch, tag] =
    /^([\w-]{43}\.([\da-f-]{36})\.(\d{1,9}))\.([\w-]{43})$/.exec(cookie ?? "") ?? [];
  if (claim === undefined || tag === undefined) return false;
  const isOurs = secret.some((key) =>
    timingSafeEqual(Buffer.from(tagOf(key, emailKey, claim)), Buffer.from(tag)),
  );
  if (!isOurs) return false;
  const account = await db.user.findUnique({
    where: { emailKey },
    select: { id: true, trustEpoch: true },
  });
  return account?.id === id && account?.trustEpoch === Number(epoch);
}

function tagOf(key: Key, emailKey: string, claim: string): string {
  return hashUnder(key, "trusted-browser", `${claim} ${emailKey}`).toString("base64url");
}
