import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A private key, and its certificate in PEM. */
export interface Certificate {
  key: KeyObject;
  pem: string;
}

interface Options {
  /** RSA of 2048 bits, or the curve P-256, which takes a hundredth of the time to make. */
  type: "rsa" | "ec";
  /** The names that a TLS client may use. */
  hosts?: string[];
}

/**
 * Makes a key and a certificate. It writes the certificate itself (RFC 5280, section 4.1), because
 * node:crypto cannot make one and not every machine has openssl. It is self-signed, so a verifier
 * must be set up to trust it.
 */
export function createCertificate(commonName: string, { type, hosts = [] }: Options): Certificate {
  const { publicKey, privateKey: key } =
    type === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  const name = seq(tlv(0x31, seq(oid("550403"), tlv(0x0c, Buffer.from(commonName)))));
  // sha256WithRSAEncryption, ecdsa-with-SHA256
  const algorithm =
    type === "rsa" ? seq(oid("2a864886f70d01010b"), tlv(0x05)) : seq(oid("2a8648ce3d040302"));
  const names = hosts.map((host) => tlv(0x82, Buffer.from(host)));
  const alternative = seq(oid("551d11"), tlv(0x04, seq(...names)));
  const day = 86_400_000;
  const body = seq(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, Buffer.of(1)), // serial number
    algorithm,
    name,
    seq(utcTime(Date.now() - day), utcTime(Date.now() + 365 * day)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    ...(hosts.length > 0 ? [tlv(0xa3, seq(alternative))] : []),
  );
  const signature = tlv(0x03, Buffer.of(0), sign("sha256", body, key));
  const lines =
    seq(body, algorithm, signature)
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
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...(length < 0x80 ? [length] : long)), value]);
}
const seq = (...parts: Buffer[]) => tlv(0x30, ...parts);
const oid = (hex: string) => tlv(0x06, Buffer.from(hex, "hex"));
const utcTime = (at: number) =>
  tlv(0x17, Buffer.from(`${new Date(at).toISOString().replaceAll(/\D/g, "").slice(2, 14)}Z`));
