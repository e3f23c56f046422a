import type { z } from "zod";
import * as schemas from "./emails/schemas.ts";
import type { Schema } from "./schema.ts";

export { type Category, categories } from "./categories.ts";

/** Every email that can be queued, by name. */
export const templates = schemas satisfies Record<string, Schema>;

export type EmailTemplates = typeof templates;
export type TemplateName = keyof EmailTemplates;

/** The props to pass when queueing an email. Its schema may clean them. */
export type TemplateProps<N extends TemplateName> = z.input<(typeof templates)[N]["props"]>;
