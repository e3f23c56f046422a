import { draw } from "./draw.ts";
import { template as accountExists } from "./emails/account-exists/template.tsx";
import { template as passwordChanged } from "./emails/password-changed/template.tsx";
import { template as passwordReset } from "./emails/password-reset/template.tsx";
import { template as verifyEmail } from "./emails/verify-email/template.tsx";
import { template as welcome } from "./emails/welcome/template.tsx";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import type { Template } from "./template.tsx";

/** The templates of the registry: a name missing in either of the two fails the type check. */
export const views: { [N in TemplateName]: Template<(typeof templates)[N]> } = {
  "account-exists": accountExists,
  "password-changed": passwordChanged,
  "password-reset": passwordReset,
  "verify-email": verifyEmail,
  welcome,
};

/**
 * Renders an email.
 *
 * @throws ZodError when the props do not fit the template's schema; it has no values in it
 * @throws AppError `NOT_IN_ONE_PASS`: a component waits for something
 */
export function render<N extends TemplateName>(
  name: N,
  props: TemplateProps<N>,
): { subject: string; html: string; text: string } {
  return draw(templates[name], views[name], props);
}
