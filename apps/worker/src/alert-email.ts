import type { Tx } from "@repo/db";
import { createEnqueue } from "@repo/email/enqueue";
import { type Notice, inUtc } from "@repo/email/operations";
import { templates } from "@repo/templates/registry";
import type { Env } from "./env.ts";

/** Somebody who is told what is wrong with sending. */
export interface Operator {
  email: string;
  locale: string | null;
}

/**
 * Creates a function that queues an alert to every operator, in a transaction of the caller. While
 * sending is stopped the email waits, and it expires after an hour.
 */
export function createTell(
  { EMAIL_KEY: keys, APP_URL: appUrl }: Pick<Env, "EMAIL_KEY" | "APP_URL">,
  operators: () => Promise<Operator[]>,
): (tx: Tx, notice: Notice) => Promise<void> {
  const enqueue = createEnqueue({ keys, templates });
  const url = new URL("/ops", appUrl).href;
  return async (tx, { since, ...notice }) => {
    for (const { email, locale } of await operators()) {
      const props = { ...notice, since: inUtc(since), url };
      await enqueue(tx, {
        template: "operator-alert",
        to: email,
        locale: locale ?? undefined,
        props,
      });
    }
  };
}
