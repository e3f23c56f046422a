// Plays SES for SendEmail and GetAccount, with little CPU. A Node.js HTTP server would take half a
// core from the measurement.
import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { now } from "@repo/measure/clock";
import { serve } from "@repo/measure/program";
import { seeded } from "@repo/measure/random";

/** What arrived since the last reset. */
interface Tally {
  accepted: number;
  throttled: number;
  /** Of the requests, headers included. */
  bytes: number;
}

/** The time of an answer: lognormal, as for a remote service. */
export interface Delay {
  /** In ms. */
  median: number;
  /** With 0.9, the slowest hundredth takes eight times the median. */
  sigma: number;
  /** Both sides of a run get the same times. */
  seed: number;
  /** One call in so many never gets an answer. */
  never?: number | undefined;
}

interface Behaviour {
  /** The limit that it enforces and GetAccount reports. */
  maxSendRate?: number;
  /** Default: it answers at once. */
  delay?: Delay | undefined;
}

// The limits of an account without limits.
const UNLIMITED = 1_000_000;
// GetAccount is not counted.
const ACCOUNT = "GET /v2/email/account ";

let tally: Tally;
let rate: number;
/** The account's bucket holds a second's worth. */
let tokens: number;
let refilledAt: number;
let latest: Uint8Array = new Uint8Array();
/** Set while somebody waits for the arrival of an email that contains a text. */
let expected: { text: string; resolve: (at: number) => void } | undefined;
/** Who waits until so many emails have been accepted, the smallest number first. */
const awaited: { count: number; resolve: (at: number) => void }[] = [];

let delay: Delay | undefined;
let random: () => number;

function reset({ maxSendRate = UNLIMITED, delay: told }: Behaviour = {}): void {
  tally = { accepted: 0, throttled: 0, bytes: 0 };
  delay = told;
  random = seeded(told?.seed ?? 1);
  rate = maxSendRate;
  tokens = maxSendRate;
  refilledAt = now();
}
reset();

const server = createServer({ noDelay: true }, (socket) => {
  let pending: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    pending = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
    for (;;) {
      const head = pending.indexOf("\r\n\r\n");
      if (head < 0) return;
      const [, length = "0"] =
        /content-length: ?(\d+)/i.exec(pending.toString("latin1", 0, head)) ?? [];
      const end = head + 4 + Number(length);
      if (pending.length < end) return;
      answer(socket, pending.subarray(0, end));
      pending = pending.subarray(end);
    }
  });
});

function answer(socket: Socket, request: Buffer): void {
  if (request.toString("latin1", 0, ACCOUNT.length) === ACCOUNT)
    return respond(socket, "200 OK", account());
  tally.bytes += request.length;
  latest = request;
  if (!take()) {
    tally.throttled++;
    const refusal = { message: "Maximum sending rate exceeded." };
    return respond(socket, "429 Too Many Requests", refusal, "TooManyRequestsException");
  }
  tally.accepted++;
  if (expected && request.includes(expected.text)) expected.resolve(now());
  while (awaited[0] && tally.accepted >= awaited[0].count) awaited.shift()?.resolve(now());
  // As long as SES's own.
  const id = tally.accepted.toString(16).padStart(16, "0");
  const body = { MessageId: `${id}-00000000-0000-4000-8000-000000000000-000000` };
  if (!delay) return respond(socket, "200 OK", body);
  const time = lognormal(delay);
  if (delay.never && tally.accepted % delay.never === 0) return;
  setTimeout(() => respond(socket, "200 OK", body), time);
}

/** By Box and Muller's transform. */
function lognormal({ median, sigma }: Delay): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return median * Math.exp(sigma * normal);
}

/** A token bucket of one second, because SES allows such a burst. */
function take(): boolean {
  const at = now();
  tokens = Math.min(rate, tokens + ((at - refilledAt) / 1000) * rate);
  refilledAt = at;
  if (tokens < 1) return false;
  tokens--;
  return true;
}

function account(): object {
  return {
    ProductionAccessEnabled: true,
    SendingEnabled: true,
    EnforcementStatus: "HEALTHY",
    SendQuota: { Max24HourSend: UNLIMITED * 100, MaxSendRate: rate, SentLast24Hours: 0 },
  };
}

function respond(socket: Socket, status: string, body: object, errorType?: string): void {
  const json = JSON.stringify(body);
  const error = errorType ? `x-amzn-ErrorType: ${errorType}\r\n` : "";
  socket.write(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${error}Content-Length: ${json.length}\r\n\r\n${json}`,
  );
}

const handlers = {
  /** @returns the URL for AWS_ENDPOINT_URL_SESV2 */
  async listen() {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  /** Forgets what arrived. */
  reset: (behaviour?: Behaviour) => reset(behaviour),
  tally: () => tally,
  /** Resolves with the time when `count` emails have been accepted. */
  accepted: (count: number) =>
    new Promise<number>((resolve) => {
      if (tally.accepted >= count) return resolve(now());
      awaited.push({ count, resolve });
      awaited.sort((a, b) => a.count - b.count);
    }),
  /** Resolves with the time of the next arrival, of an email that contains the text. */
  next: (text = "") =>
    new Promise<number>((resolve) => {
      expected = { text, resolve: (at) => ((expected = undefined), resolve(at)) };
    }),
  /** The bytes of the last SendEmail. */
  latest: () => latest,
};
export type Endpoint = typeof handlers;
serve(handlers);
