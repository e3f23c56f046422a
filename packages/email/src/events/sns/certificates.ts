import { type KeyObject, X509Certificate } from "node:crypto";
import { EmailError } from "../../error.ts";
import type { SnsFetch } from "./fetch.ts";
import type { Topic } from "./topic.ts";

/** The parts of an SNS certificate that are needed to check a signature. */
export interface SigningKey {
  key: KeyObject;
  from: Date;
  to: Date;
}

/** Stores the certificates that SNS has served, so that they outlive the process. They are public. */
export interface CertificateStore {
  all(): Promise<{ url: string; pem: string }[]>;
  keep(url: string, pem: string): Promise<void>;
}

// Requests to SNS: ten at once, then one a second. SNS renews its certificate about once a year.
// But anybody may post messages with invented certificates, and each costs a request.
const BURST = 10;
const INTERVAL = 1_000;
// In ms. A message is refused if the request for its certificate has not begun by then. SNS waits
// 15 s for our answer, and the request may take 5 s of them.
const PATIENCE = 8_000;
// A message that waits is kept in memory.
const MAX_WAITING = 100;

interface Waiter {
  url: URL;
  take(key: Promise<SigningKey>): void;
  refuse(): void;
}

/**
 * Creates a function that gets the key of a certificate by its address. A certificate is fetched
 * once, however many messages need it, and kept as a parsed key.
 *
 * If too many certificates are needed, the next one is drawn at random from the messages that wait.
 * So messages with invented certificates cannot keep a genuine one out for long.
 *
 * The host's TLS vouches for the certificate. Its chain cannot be checked, because SNS does not
 * serve the certificate of the issuer.
 */
export function createCertificates(
  topic: Topic,
  fetch: SnsFetch,
  store: CertificateStore,
): (url: URL) => Promise<SigningKey> {
  const keys = new Map<string, Promise<SigningKey>>();
  let waiting: Waiter[] = [];
  let tokens = BURST;
  let refilledAt = performance.now();
  let nextDraw: NodeJS.Timeout | undefined;
  let stored: Promise<void> | undefined;

  /** The stored certificates of this topic's host. Those that cannot be read are left out. */
  async function readStored(): Promise<Map<string, SigningKey>> {
    const found = new Map<string, SigningKey>();
    for (const { url, pem } of await store.all()) {
      // Others belong to a topic in another region, which was configured before.
      if (!url.startsWith(`https://${topic.host}/`)) continue;
      try {
        found.set(url, read(pem, topic));
      } catch {
        continue;
      }
    }
    return found;
  }

  async function begin(): Promise<void> {
    for (const [url, key] of await readStored()) keys.set(url, Promise.resolve(key));
  }

  async function load(url: URL): Promise<SigningKey> {
    // Another process may have stored it meanwhile.
    const found = (await readStored()).get(url.href);
    if (found) return found;
    const pem = await fetch(url);
    const key = read(pem, topic);
    // If the database fails here, it fails for the event too, which is reported.
    await store.keep(url.href, pem).catch(() => undefined);
    return key;
  }

  function start(url: URL): void {
    const loaded = load(url);
    keys.set(url.href, loaded);
    // After a failure the next message asks again. The messages that wait get the error too.
    loaded.catch(() => keys.delete(url.href));
    const mine = waiting.filter((waiter) => waiter.url.href === url.href);
    waiting = waiting.filter((waiter) => waiter.url.href !== url.href);
    for (const waiter of mine) waiter.take(loaded);
  }

  function draw(): void {
    const now = performance.now();
    tokens = Math.min(BURST, tokens + (now - refilledAt) / INTERVAL);
    refilledAt = now;
    while (tokens >= 1 && waiting.length > 0) {
      tokens--;
      const drawn = oneOf(waiting);
      if (drawn) start(drawn.url);
    }
    if (waiting.length === 0 || nextDraw) return;
    nextDraw = setTimeout(() => {
      nextDraw = undefined;
      draw();
    }, INTERVAL);
    nextDraw.unref();
  }

  function wait(url: URL): Promise<SigningKey> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        waiting = waiting.filter((other) => other !== waiter);
      };
      const waiter: Waiter = {
        url,
        take: (key) => {
          end();
          resolve(key);
        },
        refuse: () => {
          end();
          reject(unusable("too many others were needed at this time"));
        },
      };
      const timer = setTimeout(() => waiter.refuse(), PATIENCE).unref();
      waiting.push(waiter);
      if (waiting.length > MAX_WAITING) oneOf(waiting)?.refuse();
      draw();
    });
  }

  return async (url) => {
    stored ??= begin();
    await stored.catch((error: unknown) => {
      stored = undefined;
      throw error;
    });
    return await (keys.get(url.href) ?? wait(url));
  };
}

const oneOf = <T>(list: T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

function read(pem: string, topic: Topic): SigningKey {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (cause) {
    throw unusable("it cannot be read", cause);
  }
  const { publicKey: key, subject, validFrom, validTo } = certificate;
  // A subject with two names does not match.
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

/** Always retryable: the certificate came from SNS's own host, so the fault is not permanent. */
function unusable(why: string, cause?: unknown): EmailError {
  return new EmailError(
    "SNS_CERTIFICATE",
    `The certificate that signed this message cannot be used: ${why}. SNS sends the message again.`,
    { retryable: true, cause },
  );
}
