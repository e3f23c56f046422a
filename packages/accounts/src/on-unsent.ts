import type { Db } from "@repo/db";
import type { OnUnsent } from "@repo/email/deliver";
import { parseAddress } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import type { EmailTemplates } from "@repo/templates/registry";
import type { Use } from "./limits/bucket.ts";
import { createLimits } from "./limits/create-limits.ts";
import { createQuota } from "./ses-quota.ts";

type Limit = "signUpMail" | "signUpMailOfADay" | "recoveryMail";

/** The limits that each of these emails has taken a point from. */
const LIMITS_OF: { [Name in keyof EmailTemplates]?: Limit[] } = {
  "verify-email": ["signUpMail", "signUpMailOfADay"],
  "account-exists": ["signUpMail", "signUpMailOfADay"],
  "change-address": ["signUpMail"],
  "address-taken": ["signUpMail"],
  "password-reset": ["recoveryMail"],
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
    const uses = emails.flatMap(({ template, to }) => {
      const { key } = parseAddress(to);
      return (LIMITS_OF[template as keyof EmailTemplates] ?? []).map((limit): Use[] => {
        if (limit === "signUpMail") return limits.mailbox(limit, key);
        if (limit === "recoveryMail") return limits.address(limit, key);
        return limits.signUpMailOfADay(quota);
      });
    });
    await limits.giveBack(...uses);
  };
}
