import {
  type KeyObject,
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import { EmailError } from "./error.ts";
import type { Key, Keys } from "./keys.ts";

const VERSION = 2;
const ID = 4;
const NONCE = 12;
const TAG = 16;

/** Encrypts and decrypts the contents of messages: they contain links that log a person in. */
export interface Sealer {
  seal(messageId: string, props: unknown): Buffer<ArrayBuffer>;
  /**
   * @throws EmailError `UNSEAL_FAILED`: none of the keys opens it, the row is another, or a byte
   *   was changed. The message names the missing key by its id.
   */
  open(messageId: string, sealed: Uint8Array): unknown;
}

/**
 * AES-256-GCM under a key derived from the newest key of EMAIL_KEY (HKDF, RFC 5869). The message's
 * id is authenticated too, so that nobody can move the contents of one row to another.
 * Sealed: version (1 byte), id of the key (4), nonce (12), tag (16), ciphertext.
 */
export function createSealer(keys: Keys): Sealer {
  const derived = new Map(keys.map((key) => [key.id, derive(key)]));
  const [newest] = keys;
  const writing = derive(newest);
  const header = Buffer.concat([Buffer.of(VERSION), Buffer.from(newest.id, "hex")]);

  function open(messageId: string, sealed: Uint8Array): unknown {
    const id = Buffer.from(sealed.subarray(1, 1 + ID)).toString("hex");
    const key = derived.get(id);
    if (!key) {
      throw new EmailError(
        "UNSEAL_FAILED",
        `The contents of a queued email were sealed under the key ${id}. EMAIL_KEY has only ${[...derived.keys()].join(", ")}. Add the key ${id} to the end of EMAIL_KEY of the worker: docs/runbook.md#rotate-a-key.`,
      );
    }
    const bound = Buffer.concat([sealed.subarray(0, 1 + ID), Buffer.from(messageId)]);
    try {
      return decrypt(key, bound, sealed.subarray(1 + ID));
    } catch (cause) {
      throw new EmailError(
        "UNSEAL_FAILED",
        "The contents of a queued email were changed, or belong to another email. Cancel this email, and queue a new one.",
        { cause },
      );
    }
  }

  return {
    seal(messageId, props) {
      const nonce = randomBytes(NONCE);
      const bound = Buffer.concat([header, Buffer.from(messageId)]);
      const cipher = createCipheriv("aes-256-gcm", writing, nonce).setAAD(bound);
      const body = [cipher.update(JSON.stringify(props)), cipher.final()];
      return Buffer.concat([header, nonce, cipher.getAuthTag(), ...body]);
    },
    open,
  };
}

/** A key object, because Node.js would prepare the bytes of a key again for each cipher. */
function derive({ secret }: Key): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync("sha256", secret, "", "email props", 32)));
}

/** @param sealed nonce, tag and ciphertext. @throws Error if they do not fit the key */
function decrypt(key: KeyObject, bound: Uint8Array, sealed: Uint8Array): unknown {
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE), {
    authTagLength: TAG,
  })
    .setAAD(bound)
    .setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
  const body = Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]);
  return JSON.parse(body.toString());
}
