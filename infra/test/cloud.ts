// Plays AWS and a DNS provider in the tests of a stack's life. It knows what exists, by the names that
// may exist only once, and refuses what they refuse.
import type { Values } from "./engine.ts";

interface Kind {
  /** The name that AWS knows it by. Default: Pulumi's name with a suffix, new for each. */
  id?: (inputs: Values) => string;
  /** Whether creating it again changes it, as a PUT does. Default: that is refused. */
  put?: (inputs: Values) => boolean;
  /** Inputs that cannot be changed: another value is another resource. */
  fixed?: string[];
}

const text =
  (...keys: string[]) =>
  (inputs: Values) =>
    keys.map((key) => String(inputs[key])).join("/");
const always = () => true;

/** By the last part of the type. Kinds that are not listed never conflict. */
const KINDS: Record<string, Kind> = {
  EmailIdentity: { id: text("emailIdentity"), fixed: ["emailIdentity"] },
  EmailIdentityMailFromAttributes: {
    id: text("emailIdentity"),
    put: always,
    fixed: ["emailIdentity"],
  },
  EmailIdentityFeedbackAttributes: {
    id: text("emailIdentity"),
    put: always,
    fixed: ["emailIdentity"],
  },
  ConfigurationSet: { id: text("configurationSetName"), fixed: ["configurationSetName"] },
  ConfigurationSetEventDestination: {
    id: text("configurationSetName", "eventDestinationName"),
    fixed: ["configurationSetName", "eventDestinationName"],
  },
  Record: {
    id: text("zoneId", "name", "type"),
    put: ({ allowOverwrite }) => allowOverwrite === true,
    fixed: ["zoneId", "name", "type"],
  },
  AccessKey: { fixed: ["user"] },
  TopicSubscription: { fixed: ["topic", "protocol", "endpoint"] },
  UserPolicyAttachment: { fixed: ["user", "policyArn"] },
};

export class Cloud {
  /** `EmailIdentity example.com` → what it is set to. */
  readonly things = new Map<string, Values>();
  /** Creating one of these kinds fails, as a quota makes it. */
  readonly broken = new Set<string>();
  /** What a provider's new version cannot change any more, by kind. */
  readonly fixedNow = new Map<string, string>();
  #made = 0;

  /** @throws Error if it exists already */
  create(kind: string, name: string, inputs: Values): string {
    if (this.broken.has(kind)) throw new Error(`LimitExceededException: ${kind} ${name}`);
    if (kind === "AccessKey" && this.#keysOf(String(inputs.user)).length >= 2) {
      throw new Error(`LimitExceeded: ${String(inputs.user)} has two access keys`);
    }
    this.#made += 1;
    const id = KINDS[kind]?.id?.(inputs) ?? `${name}-${this.#made}`;
    const key = `${kind} ${id}`;
    if (this.things.has(key) && !KINDS[kind]?.put?.(inputs)) {
      throw new Error(`AlreadyExistsException: ${key}`);
    }
    this.things.set(key, { ...this.things.get(key), ...inputs });
    return id;
  }

  update(kind: string, id: string, inputs: Values): void {
    this.things.set(`${kind} ${id}`, { ...this.things.get(`${kind} ${id}`), ...inputs });
  }

  /** @throws Error if something else needs it */
  delete(kind: string, id: string, inputs: Values): void {
    if (kind === "User") {
      const keys = this.#keysOf(id);
      if (keys.length > 0 && inputs.forceDestroy !== true) {
        throw new Error(`DeleteConflict: ${id} has access keys`);
      }
      for (const key of keys) this.things.delete(`AccessKey ${key}`);
    }
    if (kind === "ConfigurationSet") {
      for (const one of this.names("ConfigurationSetEventDestination")) {
        if (one.startsWith(`${id}/`)) this.things.delete(`ConfigurationSetEventDestination ${one}`);
      }
    }
    this.things.delete(`${kind} ${id}`);
  }

  copy(): Cloud {
    const copy = new Cloud();
    for (const [key, value] of this.things) copy.things.set(key, structuredClone(value));
    copy.#made = this.#made;
    return copy;
  }

  /** Ids of a kind. */
  names(kind: string): string[] {
    return [...this.things.keys()]
      .filter((key) => key.startsWith(`${kind} `))
      .map((key) => key.slice(kind.length + 1));
  }

  #keysOf(user: string): string[] {
    return this.names("AccessKey").filter(
      (key) => this.things.get(`AccessKey ${key}`)?.user === user,
    );
  }

  isFixed(kind: string, input: string): boolean {
    return this.fixedNow.get(kind) === input || (KINDS[kind]?.fixed ?? []).includes(input);
  }
}
