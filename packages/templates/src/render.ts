import { template as accountExists } from "./emails/account-exists/template.tsx";
import { template as passwordChanged } from "./emails/password-changed/template.tsx";
import { template as passwordReset } from "./emails/password-reset/template.tsx";
import { template as verifyEmail } from "./emails/verify-email/template.tsx";
import { template as welcome } from "./emails/welcome/template.tsx";
import { template as digest } from "./emails/digest/template.tsx";
import { template as oneTimeCode } from "./emails/one-time-code/template.tsx";
import { template as productUpdate } from "./emails/product-update/template.tsx";
import { template as receipt } from "./emails/receipt/template.tsx";
import { template as teamInvitation } from "./emails/team-invitation/template.tsx";
import type { PreferenceLinks } from "./layout/footer.tsx";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import { renderTemplate } from "./render-template.ts";
import type { Template } from "./template.tsx";

/** The looks of each email in the registry. A name that one of the two lacks fails the type check. */
export const views: { [N in TemplateName]: Template<(typeof templates)[N]> } = {
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
};

/**
 * Renders an email.
 *
 * @param locale a tag like "de" or "de-AT": the best of the email's languages is used, or the
 *   product's
 * @param links where the recipient turns it off, for a category that can be turned off
 * @throws ZodError if the props do not fit the template's schema; it contains no values
 * @throws AppError `NOT_IN_ONE_PASS`: a component waits for something
 */
export function render<N extends TemplateName>(
  name: N,
  props: TemplateProps<N>,
  locale?: string,
  links?: PreferenceLinks,
): { subject: string; html: string; text: string } {
  return renderTemplate(templates[name], views[name], props, locale, links);
}
