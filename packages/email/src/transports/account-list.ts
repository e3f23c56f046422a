import { setTimeout as pause } from "node:timers/promises";
import {
  DeleteSuppressedDestinationCommand,
  GetSuppressedDestinationCommand,
  ListSuppressedDestinationsCommand,
} from "@aws-sdk/client-sesv2";
import { EmailError } from "../error.ts";
import { createSesClient, timeLimit } from "./ses-client.ts";

/** SES's own suppression list of the account. SES accepts email to these addresses and drops it. */
export interface AccountList {
  /**
   * Takes an address off the list. An address that is not on it is no error.
   *
   * @param address as SES has it, with the local part as it was sent
   * @throws EmailError `ACCOUNT_LIST_DENIED`, `ACCOUNT_LIST_UNAVAILABLE`, `LOOPBACK_ONLY`
   */
  remove(address: string): Promise<void>;
  /**
   * What the list says about an address; null if it is not on it.
   *
   * @throws EmailError as `remove`
   */
  find(address: string): Promise<{ reason: string; since: Date | undefined } | null>;
  /**
   * A page of the list: a thousand addresses.
   *
   * @param from `next` of the previous page
   * @throws EmailError as `remove`
   */
  page(this: void, from?: string): Promise<{ entries: ListEntry[]; next: string | null }>;
  close(): void;
}

/** An address on SES's own list, as SES writes it. */
export interface ListEntry {
  address: string;
  reason: "bounce" | "complaint";
  since: Date;
}

// The maximum.
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_ListSuppressedDestinations.html
const PAGE_SIZE = 1_000;
// In ms. SES allows one such call a second.
// https://docs.aws.amazon.com/ses/latest/dg/quotas.html
const INTERVAL = 1_000;
const TRIES = 3;

/**
 * @param options.loopbackOnly set it outside production: a call to another machine then throws
 * @param options.interval ms from one call to the next. Default: 1,000.
 */
export function createAccountList(options: {
  loopbackOnly: boolean;
  interval?: number;
}): AccountList {
  const client = createSesClient(options);
  const { interval = INTERVAL } = options;
  let free = 0;

  /** @returns what SES answers; null if the address is not on its list */
  async function call<T>(send: () => Promise<T>): Promise<T | null> {
    for (let attempt = 1; ; attempt++) {
      const wait = free - Date.now();
      free = Math.max(free, Date.now()) + interval;
      if (wait > 0) await pause(wait);
      try {
        return await send();
      } catch (error) {
        if ((error as Error).name === "NotFoundException") return null;
        // SES's limit counts the calls of others too.
        if (isThrottle(error) && attempt < TRIES) continue;
        throw explain(error);
      }
    }
  }

  return {
    async remove(address) {
      const command = new DeleteSuppressedDestinationCommand({ EmailAddress: address });
      await call(() => client.send(command, timeLimit()));
    },
    async find(address) {
      const command = new GetSuppressedDestinationCommand({ EmailAddress: address });
      const found = await call(() => client.send(command, timeLimit()));
      const { Reason = "unknown", LastUpdateTime } = found?.SuppressedDestination ?? {};
      return found && { reason: Reason, since: LastUpdateTime };
    },
    async page(from) {
      const command = new ListSuppressedDestinationsCommand({
        PageSize: PAGE_SIZE,
        NextToken: from,
      });
      const found = await call(() => client.send(command, timeLimit()));
      const entries = (found?.SuppressedDestinationSummaries ?? []).flatMap(
        ({ EmailAddress: address, Reason, LastUpdateTime: since = new Date(0) }): ListEntry[] =>
          address
            ? [{ address, reason: Reason === "COMPLAINT" ? "complaint" : "bounce", since }]
            : [],
      );
      return { entries, next: found?.NextToken ?? null };
    },
    close: () => client.destroy(),
  };
}

const isThrottle = (error: unknown) =>
  /^(?:TooManyRequests|Throttling)/.test((error as Error).name);

function explain(cause: unknown): EmailError {
  const { name, message, $metadata } = cause as Error & { $metadata?: { httpStatusCode?: number } };
  if (cause instanceof EmailError) {
    return new EmailError(
      cause.code,
      "SES's own list is not on this machine, and this is not production: set APP_ENV=production where it is, or AWS_ENDPOINT_URL_SESV2 to the stand-in.",
      { cause },
    );
  }
  if (
    [401, 403].includes($metadata?.httpStatusCode ?? 0) ||
    /credential|region/i.test(`${name} ${message}`)
  ) {
    return new EmailError(
      "ACCOUNT_LIST_DENIED",
      `SES's own list may not be used (${name}). Use your own credentials: AWS_PROFILE=default before the command. Or give the present ones the rights ses:DeleteSuppressedDestination, ses:GetSuppressedDestination and ses:ListSuppressedDestinations, in the region of AWS_REGION: add suppression to infra's grants.`,
      { cause },
    );
  }
  return new EmailError(
    "ACCOUNT_LIST_UNAVAILABLE",
    `SES's own list cannot be used now (${name}). Try again.`,
    { retryable: true, cause },
  );
}
