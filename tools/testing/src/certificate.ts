import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { isIPv4 } from "node:net";

export interface Certificate {
  cert: string;
  key: string;
}

export interface CertificateOptions {
  /** The subject's name. Default: `test`. */
  commonName?: string;
  /** The issuer. Default: self-signed. */
  issuer?: { commonName: string; key: string };
  /** Its private key in PEM. Default: a new one. */
  key?: string;
  /** Of a new key. Default: a P-256 key. */
  rsaBits?: number;
  /** Default: from yesterday to tomorrow. */
  from?: Date;
  to?: Date;
}

/**
 * A certificate for a TLS server of a test, or for a signature. We make it ourselves, because
 * node:crypto cannot and not every machine has openssl (RFC 5280, section 4.1).
 *
 * @param host an IPv4 address or a name
 */
export function createCertificate(host: string, options: CertificateOptions = {}): Certificate {
  const { commonName = "test", issuer, rsaBits } = options;
  const { from = new Date(Date.now() - DAY), to = new Date(Date.now() + DAY) } = options;
  const privateKey = options.key ? createPrivateKey(options.key) : newKey(rsaBits);
  const issuerKey = issuer ? createPrivateKey(issuer.key) : privateKey;
  const algorithm = issuerKey.asymmetricKeyType === "rsa" ? SHA256_WITH_RSA : ECDSA_WITH_SHA256;
  const alternative = isIPv4(host)
    ? der(0x87, Buffer.from(host.split(".").map(Number)))
    : der(0x82, Buffer.from(host));
  const isAuthority = issuer ? sequence() : sequence(der(0x01, Buffer.of(0xff)));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), // version 3
    der(0x02, Buffer.of(1)), // serial number
    sequence(algorithm),
    name(issuer?.commonName ?? commonName),
    sequence(time(from), time(to)),
    name(commonName),
    createPublicKey(privateKey).export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        sequence(BASIC_CONSTRAINTS, octets(isAuthority)),
        sequence(SUBJECT_ALT_NAME, octets(sequence(alternative))),
      ),
    ),
  );
  const signature = der(0x03, Buffer.of(0), sign("sha256", body, issuerKey));
  const certificate = sequence(body, sequence(algorithm), signature).toString("base64");
  const lines = certificate.match(/.{1,64}/g) ?? [];
  return {
    cert: ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** @param rsaBits Default: a P-256 key, which is made in a tenth of a millisecond; RSA takes 30 */
function newKey(rsaBits: number | undefined): KeyObject {
  const { privateKey } = rsaBits
    ? generateKeyPairSync("rsa", { modulusLength: rsaBits })
    : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return privateKey;
}

const DAY = 86_400_000;
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const SHA256_WITH_RSA = Buffer.from("06092a864886f70d01010b0500", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");

/** Tag, length and contents (ITU-T X.690). */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

const sequence = (...contents: Buffer[]) => der(0x30, ...contents);
const set = (...contents: Buffer[]) => der(0x31, ...contents);
const octets = (...contents: Buffer[]) => der(0x04, ...contents);

const name = (commonName: string) =>
  sequence(set(sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));

/** UTCTime, valid until 2049. */
function time(at: Date): Buffer {
  const digits = at.toISOString().replace(/\D/g, "").slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}
