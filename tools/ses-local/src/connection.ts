import { setTimeout as sleep } from "node:timers/promises";
import type { BehaviourInput } from "./control/behaviour.ts";
import type { SesLocalEvent, Subscription } from "./events/event.ts";
import type { InboxMessage } from "./inbox/inbox-message.ts";
import type { Query } from "./inbox/store.ts";
import type { Counted } from "./inbox/tally.ts";

/** ses-local does not answer, or refuses the request. The message is one line for people. */
export class ClientError extends Error {}

interface InboxQuery extends Query {
  /** Seconds to wait for the first message that matches. */
  wait?: number;
}

/** A running ses-local. Every method may throw ClientError. */
export interface Connection {
  /** The address of the inbox and of the SES API, for `AWS_ENDPOINT_URL_SESV2`. */
  url: string;
  /** Newest first. */
  inbox(query?: InboxQuery): Promise<InboxMessage[]>;
  /** The copies that were accepted, by the value of the tag `message-id`. */
  tally(): Promise<Record<string, Counted>>;
  /**
   * Newest first.
   *
   * @param query.after the id of an event: only later ones
   * @param query.wait seconds to wait if there is none
   */
  events(query?: { after?: string; wait?: number }, signal?: AbortSignal): Promise<SesLocalEvent[]>;
  /**
   * Publishes an event about the newest message to an address. If there is none, the event is about
   * an unknown message.
   *
   * @param type a type of `pnpm ses:trigger`
   */
  trigger(type: string, to: string): Promise<SesLocalEvent>;
  /** Delivers an event to the app again. */
  replay(id: string): Promise<void>;
  subscriptions(): Promise<Subscription[]>;
  /** Resolves once the webhook has confirmed its subscription. */
  subscribed(): Promise<void>;
  /** Replaces the whole behaviour, until the next call or the end of the process. */
  control(behaviour: BehaviourInput): Promise<void>;
  /** Restores the normal behaviour. Inbox and tally stay. */
  reset(): Promise<void>;
}

/** A client of the ses-local at this address. */
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
