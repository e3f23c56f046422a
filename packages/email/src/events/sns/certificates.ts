import { type KeyObject, X509Certificate } from "node:crypto";
import { EmailError } from "../../error.ts";
import type { SnsFetch } from "./fetch.ts";
import type { Topic } from "./topic.ts";

/** A certificate of SNS, as far as a signature needs it. */
export interface SigningKey {
  key: KeyObject;
  from: Date;
  to: Date;
}

// In a minute. SNS renews its certificate about once a year; who may post to us can invent names
// of others without end, and each costs a request.
const MOST_FETCHES = 10;
const MINUTE = 60_000;

/**
 * The keys of a topic's messages, by the certificate's address. Each is fetched once, however
 * many ask for it, and kept as a key: to parse the certificate again costs five times the check.
 *
 * What TLS of the host vouches for is the certificate; SNS serves it without the one that issued
 * it, so no chain is built.
 */
export function createCertificates(
  topic: Topic,
  fetch: SnsFetch,
): (url: URL) => Promise<SigningKey> {
  const keys = new Map<string, Promise<SigningKey>>();
  const fetches: number[] = [];

  async function load(url: URL): Promise<SigningKey> {
    const now = performance.now();
    while (fetches[0] !== undefined && fetches[0] <= now - MINUTE) fetches.shift();
    if (fetches.length >= MOST_FETCHES) {
      throw unusable("too many others were asked for in this minute");
    }
    fetches.push(now);
    return read(await fetch(url), topic);
  }

  return (url) => {
    const known = keys.get(url.href);
    if (known) return known;
    const loaded = load(url);
    keys.set(url.href, loaded);
    // The next message asks again; this one hears of it from the promise itself.
    loaded.catch(() => keys.delete(url.href));
    return loaded;
  };
}

function read(pem: string, topic: Topic): SigningKey {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw unusable("it cannot be read", cause);
  }
  const { publicKey: key, subject, validFrom, validTo } = certificate;
  // Two names in one subject are neither.
  const name = subject
    .split("\n")
    .filter((part) => part.startsWith("CN="))
    .join();
  if (!topic.signers.some((signer) => name === `CN=${signer}`)) {
    throw unusable("it is not SNS's");
  }
  if (key.asymmetricKeyType !== "rsa" || (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw unusable("its key is not RSA of 2048 bits");
  }
  return { key, from: new Date(validFrom), to: new Date(validTo) };
}

/** Worth another try all: it came from SNS's own host, so what is wrong there will be put right. */
function unusable(why: string, cause?: unknown): EmailError {
  return new EmailError(
    "SNS_CERTIFICATE",
    `The certificate that signed this message cannot be used: ${why}. SNS sends the message again.`,
    { retryable: true, cause },
  );
}
