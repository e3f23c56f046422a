import { SESv2Client } from "@aws-sdk/client-sesv2";
import { proxied } from "./proxied.ts";
import { CALL_TIMEOUT_MS, requireLoopback } from "./transport.ts";

/** What is asked of a command last of all, by its input. False: the call throws `TooLate`. */
export type Questions = WeakMap<object, () => boolean>;

/**
 * A client that makes each call once. Region, credentials and endpoint come from the SDK's own
 * chain (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
 *
 * @param options.loopbackOnly a call to another machine throws EmailError `LOOPBACK_ONLY`
 * @param options.connections at once, at the most
 */
export function createSesClient(options: {
  loopbackOnly: boolean;
  connections?: number;
  questions?: Questions;
}): SESv2Client {
  const { loopbackOnly, connections, questions } = options;
  // The SDK's retry sends again when an answer is lost: three copies of one email. Ours decides.
  const client = new SESv2Client({
    maxAttempts: 1,
    // Its stack of middleware is made once, not for each call: 8 us of 220.
    cacheMiddleware: true,
    requestHandler: {
      ...proxied(connections),
      connectionTimeout: 3_000,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // requestTimeout ends with the headers; this ends an answer that stalls after them.
      socketTimeout: CALL_TIMEOUT_MS,
    },
  });
  if (loopbackOnly) keepOnLoopback(client);
  if (questions) askBeforeTheWire(client, questions);
  return client;
}

/**
 * For a call that nobody else times. Not for sending, which has a timer: a signal for each call costs
 * 10 us, and lives on for its ten seconds.
 */
export const inTime = () => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });

/**
 * The last thing before the wire: the host is seen here as it will be called, whatever gave it:
 * AWS_ENDPOINT_URL, a shared configuration file, or the region.
 */
function keepOnLoopback(client: SESv2Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      requireLoopback((args.request as { hostname?: string }).hostname);
      return next(args);
    },
    { name: "keepOnLoopback", step: "deserialize", priority: "low" },
  );
}

/** After the request is signed: SES refuses what is sent more than five minutes later. */
function askBeforeTheWire(client: SESv2Client, questions: Questions): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const mayLeave = questions.get(args.input);
      if (mayLeave && !mayLeave()) throw new TooLate();
      return next(args);
    },
    { name: "askBeforeTheWire", step: "deserialize", priority: "low" },
  );
}

/** The call was not made. */
export class TooLate extends Error {
  override readonly name = "TooLate";
}
