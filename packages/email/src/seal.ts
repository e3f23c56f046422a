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

/** Seals and opens the props of messages: they hold links that log a person in. */
export interface Sealer {
  seal(messageId: string, props: unknown): Buffer<ArrayBuffer>;
  /** @throws EmailError `UNSEAL_FAILED`: another key, another row, or a changed byte. */
  open(messageId: string, sealed: Uint8Array): unknown;
}

/**
 * AES-256-GCM under a key derived from EMAIL_KEY (HKDF, RFC 5869). The message's id is
 * authenticated with the props, so that those of one row cannot be moved to another.
 * Sealed: version (1 byte), nonce (12), tag (16), ciphertext.
 */
export function createSealer(key: string): Sealer {
  // A key object: Node prepares the key's bytes anew for each cipher, which is half of its time.
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
