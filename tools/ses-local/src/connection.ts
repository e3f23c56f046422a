import { setTimeout as sleep } from "node:timers/promises";
import type { BehaviourInput } from "./control/behaviour.ts";
import type { SesLocalEvent } from "./events/event.ts";
import type { InboxMessage } from "./inbox/inbox-message.ts";
import type { Counted } from "./inbox/tally.ts";

/** ses-local does not answer, or refuses; the message is the one line to print. */
export class ClientError extends Error {}

interface InboxQuery {
  /** A recipient. */
  to?: string;
  /** Value of the `template` tag. */
  template?: string;
  /** Only what arrived later than the message of that id, or than that ISO 8601 time. */
  after?: string;
  /** Seconds to wait for the first that matches. */
  wait?: number;
}

interface Subscription {
  protocol: string;
  endpoint: string;
  state: "pending" | "confirmed";
  /** What the endpoint answered last; null where it did not. */
  lastStatus: number | null;
}

/** A ses-local that runs. Every method throws ClientError. */
export interface Connection {
  /** Inbox and SES API, as `AWS_ENDPOINT_URL_SESV2` takes it. */
  url: string;
  /** Newest first. */
  inbox(query?: InboxQuery): Promise<InboxMessage[]>;
  /** For each `message-id` tag, what SES has taken. */
  tally(): Promise<Record<string, Counted>>;
  /** Newest first; waits so many seconds for the first. @param query.after an event's id */
  events(query?: { after?: string; wait?: number }, signal?: AbortSignal): Promise<SesLocalEvent[]>;
  /**
   * Has SES tell of the newest message to an address, or else of one that nobody knows.
   *
   * @param type as `pnpm ses:trigger` names it
   */
  trigger(type: string, to: string): Promise<SesLocalEvent>;
  /** Hands an event to the app once more. */
  replay(id: string): Promise<void>;
  subscriptions(): Promise<Subscription[]>;
  /** Resolves once the webhook has confirmed its subscription. */
  subscribed(): Promise<void>;
  /** Replaces the whole behaviour; it lasts until the next call, or the end of the process. */
  control(behaviour: BehaviourInput): Promise<void>;
  /** Back to normal behaviour. Inbox and tally stay. */
  reset(): Promise<void>;
}

/** Speaks to the ses-local at an address. */
export function connect(url: string): Connection {
  async function request(
    route: string,
    options: { method?: string; body?: unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url + route, {
        method: options.method ?? ("body" in options ? "POST" : "GET"),
        ...("body" in options && {
          body: JSON.stringify(options.body),
          headers: { "content-type": "application/json" },
        }),
        ...(options.signal && { signal: options.signal }),
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ClientError(
        `ses-local does not answer on ${url}. Start it with: pnpm dev (SES_LOCAL_PORT in .env has its port)`,
        { cause: error },
      );
    }
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => undefined);
    const { message } = (answer ?? {}) as { message?: unknown };
    throw new ClientError(
      typeof message === "string"
        ? message
        : `${url}${route} answered ${response.status}. Is it ses-local, and of this version?`,
    );
  }

  async function json<Value>(route: string, options?: Parameters<typeof request>[1]) {
    return (await (await request(route, options)).json()) as Value;
  }

  const subscriptions = () => json<Subscription[]>("/subscriptions");

  return {
    url,
    inbox: (query = {}) => json(`/inbox/messages?${parameters(query)}`),
    tally: () => json("/inbox/tally"),
    events: (query = {}, signal) => json(`/events?${parameters(query)}`, { signal }),
    trigger: (type, to) => json("/events", { body: { type, to } }),
    async replay(id) {
      await request(`/events/${encodeURIComponent(id)}/replay`, { body: {} });
    },
    subscriptions,
    async subscribed() {
      while ((await subscriptions()).some(({ state }) => state === "pending")) await sleep(20);
    },
    async control(behaviour) {
      await request("/control", { method: "PUT", body: behaviour });
    },
    async reset() {
      await request("/control", { method: "DELETE" });
    },
  };
}

function parameters(query: object): URLSearchParams {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)]));
}
