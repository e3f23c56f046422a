import type { Db } from "@repo/db";
import type { OnUnsent } from "@repo/email/deliver";
import { parseAddress } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import type { EmailTemplates } from "@repo/templates/registry";
import type { Use } from "./limits/bucket.ts";
import { createLimits } from "./limits/create-limits.ts";
import { createQuota } from "./quota.ts";

/** The limit that each of these emails has taken a point from. */
const LIMIT_OF: { [Name in keyof EmailTemplates]?: "signUpMail" | "recoveryMail" } = {
  "verify-email": "signUpMail",
  "account-exists": "signUpMail",
  "password-reset": "recoveryMail",
};

/**
 * For the worker: an email that was not sent does not count. It gives back its points, so that the
 * person can ask for another one at once.
 *
 * @param config.secret AUTH_SECRET, the same as web's
 */
export function createOnUnsent({ db, secret }: { db: Db; secret: Keys }): OnUnsent {
  const limits = createLimits({ db, secret });
  const quotaPerDay = createQuota(db);
  return async (emails) => {
    const quota = await quotaPerDay();
    const uses = emails.flatMap(({ template, to }): Use[][] => {
      const { key } = parseAddress(to);
      const limit = LIMIT_OF[template as keyof EmailTemplates];
      if (limit === "recoveryMail") return [limits.address(limit, key)];
      if (limit) return [limits.mailbox(limit, key), limits.signUpMailOfADay(quota)];
      return [];
    });
    await limits.giveBack(...uses);
  };
}
