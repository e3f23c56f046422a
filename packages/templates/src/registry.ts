import type { z } from "zod";
import { schema as accountExists } from "./emails/account-exists/schema.ts";
import { schema as passwordChanged } from "./emails/password-changed/schema.ts";
import { schema as passwordReset } from "./emails/password-reset/schema.ts";
import { schema as verifyEmail } from "./emails/verify-email/schema.ts";
import { schema as welcome } from "./emails/welcome/schema.ts";
import type { Schema } from "./schema.ts";

export type { Category } from "./schema.ts";

/** Every email, by its name: what can be queued. `render.ts` has what it looks like. */
export const templates = {
  "account-exists": accountExists,
  "password-changed": passwordChanged,
  "password-reset": passwordReset,
  "verify-email": verifyEmail,
  welcome,
} as const satisfies Record<string, Schema>;

export type EmailTemplates = typeof templates;
export type TemplateName = keyof EmailTemplates;

/** What to give when queueing an email; its schema may tidy it. */
export type TemplateProps<N extends TemplateName> = z.input<(typeof templates)[N]["props"]>;
