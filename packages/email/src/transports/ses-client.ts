import { SESv2Client } from "@aws-sdk/client-sesv2";
import { proxied } from "./proxied.ts";
import { SesProtocol } from "./ses-protocol.ts";
import { CALL_TIMEOUT_MS, requireLoopback } from "./transport.ts";

/** The last check of each command, by its input. If it returns false, the call throws `TooLate`. */
export type LastChecks = WeakMap<object, () => boolean>;

/**
 * A client that makes each call once. Region, credentials and endpoint come from the SDK's own
 * chain (https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html).
 *
 * @param options.loopbackOnly a call to another machine throws EmailError `LOOPBACK_ONLY`
 * @param options.connections the maximum number of connections
 */
export function createSesClient(options: {
  loopbackOnly: boolean;
  connections?: number;
  lastChecks?: LastChecks;
}): SESv2Client {
  const { loopbackOnly, connections, lastChecks } = options;
  // The SDK would send an email three times if answers are lost. Our worker decides instead.
  const client = new SESv2Client({
    maxAttempts: 1,
    // The stack of middleware is made once, and not for each call.
    cacheMiddleware: true,
    protocol: SesProtocol,
    requestHandler: {
      ...proxied(connections),
      connectionTimeout: 3_000,
      requestTimeout: CALL_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      // requestTimeout covers the time until the headers. This one also ends an answer that stalls
      // later.
      socketTimeout: CALL_TIMEOUT_MS,
    },
  });
  if (loopbackOnly) keepOnLoopback(client);
  if (lastChecks) checkBeforeTheWire(client, lastChecks);
  return client;
}

/**
 * The time limit of calls other than sending. Sending uses a timer instead, which costs less: a
 * signal stays in memory for its ten seconds.
 */
export const timeLimit = () => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });

/**
 * Checks the host as the last step before the wire. This is the real host, whether it comes from
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

/** Adds a check after the request is signed. SES refuses it if it is sent five minutes after that. */
function checkBeforeTheWire(client: SESv2Client, lastChecks: LastChecks): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const mayLeave = lastChecks.get(args.input);
      if (mayLeave && !mayLeave()) throw new TooLate();
      return next(args);
    },
    { name: "checkBeforeTheWire", step: "deserialize", priority: "low" },
  );
}

/** The call was not made. */
export class TooLate extends Error {
  override readonly name = "TooLate";
}
