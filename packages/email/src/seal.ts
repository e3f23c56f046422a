import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
} from "node:crypto";
import { EmailError } from "./error.ts";

const VERSION = 1;
const NONCE = 12;
const TAG = 16;

/** Encrypts and decrypts the contents of messages: they contain links that log a person in. */
export interface Sealer {
  seal(messageId: string, props: unknown): Buffer<ArrayBuffer>;
  /** @throws EmailError `UNSEAL_FAILED`: the key or the row is another, or a byte was changed. */
  open(messageId: string, sealed: Uint8Array): unknown;
}

/**
 * AES-256-GCM under a key derived from EMAIL_KEY (HKDF, RFC 5869). The message's id is
 * authenticated too, so that nobody can move the contents of one row to another.
 * Sealed: version (1 byte), nonce (12), tag (16), ciphertext.
 */
export function createSealer(key: string): Sealer {
  // A key object, because Node.js would prepare the bytes of a key again for each cipher.
  const derived = createSecretKey(Buffer.from(hkdfSync("sha256", key, "", "email props", 32)));
  return {
    seal(messageId, props) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv("aes-256-gcm", derived, nonce).setAAD(Buffer.from(messageId));
      const body = [cipher.update(JSON.stringify(props)), cipher.final()];
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ...body]);
    },
    open(messageId, sealed) {
      try {
        if (sealed[0] !== VERSION) throw new Error(`unknown version ${sealed[0]}`);
        const nonce = sealed.subarray(1, 1 + NONCE);
        const tag = sealed.subarray(1 + NONCE, 1 + NONCE + TAG);
        const decipher = createDecipheriv("aes-256-gcm", derived, nonce, { authTagLength: TAG })
          .setAAD(Buffer.from(messageId))
          .setAuthTag(tag);
        const body = Buffer.concat([
          decipher.update(sealed.subarray(1 + NONCE + TAG)),
          decipher.final(),
        ]);
        return JSON.parse(body.toString());
      } catch (cause) {
        throw new EmailError(
          "UNSEAL_FAILED",
          "The contents of a queued email cannot be opened. Start the worker with the EMAIL_KEY that the app enqueued it with.",
          { cause },
        );
      }
    },
  };
}
