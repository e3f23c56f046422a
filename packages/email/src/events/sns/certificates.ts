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

/** Keeps the certificates that SNS has served: they are public, and outlive a process. */
export interface CertificateStore {
  all(): Promise<{ url: string; pem: string }[]>;
  keep(url: string, pem: string): Promise<void>;
}

// Requests to SNS: ten at once, then one a second. SNS renews its certificate about once a year;
// who may post to us can invent names of others without end, and each costs a request.
const BURST = 10;
const INTERVAL = 1_000;
// In ms, until a message is refused whose certificate was not asked for. SNS waits 15 s for our
// answer, of which the request may take 5.
const PATIENCE = 8_000;
// Each keeps its message in memory.
const MOST_WAITING = 100;

interface Waiter {
  url: URL;
  take(key: Promise<SigningKey>): void;
  refuse(): void;
}

/**
 * The keys of a topic's messages, by the certificate's address. Each is fetched once, however
 * many ask for it, and kept as a key: to parse the certificate again costs five times the check.
 *
 * While requests are rationed, the next certificate is drawn at random from the messages that
 * wait: invented names cannot keep a genuine one out by being first, nor by being many for long.
 *
 * What TLS of the host vouches for is the certificate; SNS serves it without the one that issued
 * it, so no chain is built.
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

  /** What was kept of this topic's SNS; one that cannot be read is asked for again. */
  async function readStored(): Promise<Map<string, SigningKey>> {
    const found = new Map<string, SigningKey>();
    for (const { url, pem } of await store.all()) {
      // Others are of a topic in another region, that was configured before.
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
    // Another process may have kept it meanwhile.
    const found = (await readStored()).get(url.href);
    if (found) return found;
    const pem = await fetch(url);
    const key = read(pem, topic);
    // A database that cannot keep it cannot take the event either, and that is answered.
    await store.keep(url.href, pem).catch(() => undefined);
    return key;
  }

  function start(url: URL): void {
    const loaded = load(url);
    keys.set(url.href, loaded);
    // The next message asks again; those that wait hear of it from the promise itself.
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
          reject(unusable("too many others were asked for at this time"));
        },
      };
      const timer = setTimeout(() => waiter.refuse(), PATIENCE).unref();
      waiting.push(waiter);
      if (waiting.length > MOST_WAITING) oneOf(waiting)?.refuse();
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
