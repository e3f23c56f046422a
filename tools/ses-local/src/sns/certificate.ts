import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** The key that signs messages, and its certificate in PEM. */
export interface Signer {
  key: KeyObject;
  pem: string;
}

/**
 * Makes a key and a certificate like SNS's: RSA of 2048 bits, subject `CN=sns.amazonaws.com`. It
 * writes the certificate itself (RFC 5280, section 4.1), because node:crypto cannot make one and
 * not every machine has openssl. It is self-signed, so a verifier must be set up to trust it.
 */
export function createSigner(): Signer {
  const { publicKey, privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = seq(tlv(0x31, seq(oid("550403"), tlv(0x0c, Buffer.from("sns.amazonaws.com")))));
  const sha256WithRsa = seq(oid("2a864886f70d01010b"), tlv(0x05));
  const day = 86_400_000;
  const body = seq(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, Buffer.of(1)), // serial number
    sha256WithRsa,
    name,
    seq(utcTime(Date.now() - day), utcTime(Date.now() + 365 * day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = tlv(0x03, Buffer.of(0), sign("sha256", body, key));
  const lines =
    seq(body, sha256WithRsa, signature)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return {
    key,
    pem: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
  };
}

/** Tag, length and value (ITU-T X.690). No part here is longer than 64 KB. */
function tlv(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const { length } = value;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), value]);
}
const seq = (...parts: Buffer[]) => tlv(0x30, ...parts);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, "hex"));
const utcTime = (at: number) =>
  tlv(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/\D/g, "").slice(2, 14)}Z`));
