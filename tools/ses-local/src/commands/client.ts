import type { SesLocalEvent } from "../events/event.ts";

/** What stops a command; its message is the one line to print. */
export class CommandError extends Error {}

interface Subscription {
  protocol: string;
  endpoint: string;
  state: "pending" | "confirmed";
  /** What the endpoint answered last; null where it did not. */
  lastStatus: number | null;
}

export interface Client {
  url: string;
  /** Newest first. `wait`: seconds to wait for the first that is newer than the event `after`. */
  events(query?: { after?: string; wait?: number }, signal?: AbortSignal): Promise<SesLocalEvent[]>;
  /** Publishes one about the newest message to that address, or about one that nobody knows. */
  trigger(type: string, to: string): Promise<SesLocalEvent>;
  /** Hands the event to the app once more. */
  replay(id: string): Promise<void>;
  subscriptions(): Promise<Subscription[]>;
  /** Newest first. */
  messages(to: string): Promise<{ messageId: string; subject: string }[]>;
}

/** Speaks to a running ses-local. Every method throws CommandError where it does not answer. */
export function createClient(url: string): Client {
  async function request(
    path: string,
    options: { body?: unknown; signal?: AbortSignal | undefined } = {},
  ): Promise<Response> {
    const post = "body" in options;
    let response: Response;
    try {
      response = await fetch(url + path, {
        method: post ? "POST" : "GET",
        ...(post && {
          body: JSON.stringify(options.body),
          headers: { "content-type": "application/json" },
        }),
        ...(options.signal && { signal: options.signal }),
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new CommandError(
        `ses-local does not answer on ${url}. Start it with: pnpm dev (SES_LOCAL_PORT in .env has its port)`,
        { cause: error },
      );
    }
    if (response.ok) return response;
    const answer: unknown = await response.json().catch(() => undefined);
    const { message } = (answer ?? {}) as { message?: unknown };
    throw new CommandError(
      typeof message === "string"
        ? message
        : `${url}${path} answered ${response.status}. Is it ses-local, and of this version?`,
    );
  }

  async function json<Value>(path: string, options?: Parameters<typeof request>[1]) {
    return (await (await request(path, options)).json()) as Value;
  }

  return {
    url,
    events: ({ after, wait } = {}, signal) =>
      json(
        `/events?${new URLSearchParams({ ...(after && { after }), ...(wait && { wait: String(wait) }) })}`,
        { signal },
      ),
    trigger: (type, to) => json("/events", { body: { type, to } }),
    async replay(id) {
      await request(`/events/${encodeURIComponent(id)}/replay`, { body: {} });
    },
    subscriptions: () => json("/subscriptions"),
    messages: (to) => json(`/inbox/messages?${new URLSearchParams({ to })}`),
  };
}
