import type { z } from "zod";
import { schema as accountExists } from "./emails/account-exists/schema.ts";
import { schema as passwordChanged } from "./emails/password-changed/schema.ts";
import { schema as passwordReset } from "./emails/password-reset/schema.ts";
import { schema as verifyEmail } from "./emails/verify-email/schema.ts";
import { schema as welcome } from "./emails/welcome/schema.ts";
import { schema as digest } from "./emails/digest/schema.ts";
import { schema as oneTimeCode } from "./emails/one-time-code/schema.ts";
import { schema as productUpdate } from "./emails/product-update/schema.ts";
import { schema as receipt } from "./emails/receipt/schema.ts";
import { schema as teamInvitation } from "./emails/team-invitation/schema.ts";
import type { Schema } from "./schema.ts";

export { type Category, categories } from "./categories.ts";

/** Every email that can be queued, by name. `render.ts` has their looks. */
export const templates = {
  "account-exists": accountExists,
  "password-changed": passwordChanged,
  "password-reset": passwordReset,
  "verify-email": verifyEmail,
  welcome,
  // Examples of what the parts can do: nothing sends them.
  digest,
  "one-time-code": oneTimeCode,
  "product-update": productUpdate,
  receipt,
  "team-invitation": teamInvitation,
} as const satisfies Record<string, Schema>;

export type EmailTemplates = typeof templates;
export type TemplateName = keyof EmailTemplates;

/** The props to pass when queueing an email. Its schema may clean them. */
export type TemplateProps<N extends TemplateName> = z.input<(typeof templates)[N]["props"]>;
