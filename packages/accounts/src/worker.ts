import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import type { EmailTemplates } from "@repo/templates/registry";
import { handleResetRequest } from "./forgot-password.ts";

export { RESET_REQUESTS } from "./forgot-password.ts";
export { deleteEnded } from "./housekeeping.ts";
export { ERASURES, eraseDeleted, eraseNextAtSes } from "./person/erasures.ts";
export { createOnUnsent } from "./on-unsent.ts";

/**
 * For the worker: handles the waiting requests for a new password.
 *
 * @param config.secret AUTH_SECRET, the same as web's
 * @param config.appUrl the origin of emailed links
 * @returns `handle`, which handles all waiting requests and returns the number of each result. If
 *   some fail, it throws the first error after it has handled all others
 */
export function createResetRequests(config: {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  secret: Keys;
  appUrl: string;
}) {
  const { appUrl, ...rest } = config;
  const context = { ...rest, url: (path: string) => new URL(path, appUrl).href };
  return {
    async handle(signal?: AbortSignal): Promise<Record<string, number>> {
      const results: Record<string, number> = {};
      const failed: { id: string; error: unknown }[] = [];
      for (;;) {
        const except = failed.map(({ id }) => id);
        const handled = signal?.aborted ? undefined : await handleResetRequest(context, except);
        if (!handled) break;
        const { result } = handled;
        if (result === "failed") failed.push(handled);
        else results[result] = (results[result] ?? 0) + 1;
      }
      if (failed[0]) throw failed[0].error;
      return results;
    },
  };
}
