import { AppError } from "@repo/errors";
import * as templatesByName from "./emails/templates.ts";
import type { PreferenceLinks } from "./layout/footer.tsx";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import { renderTemplate } from "./render-template.ts";
import type { Template } from "./template.tsx";

/** The template of every email in the registry, by name. */
export const views: { [N in TemplateName]: Template<(typeof templates)[N]> } = templatesByName;

/**
 * Renders an email.
 *
 * @param locale a tag like "de" or "de-AT": the best of the email's languages is used, or the
 *   product's
 * @param links where the recipient turns the category off, if it can be turned off
 * @throws ZodError if the props do not fit the template's schema; it contains no values
 * @throws AppError `UNKNOWN_TEMPLATE`; `NOT_IN_ONE_PASS`: a component waits for something
 */
export function render<N extends TemplateName>(
  name: N,
  props: TemplateProps<N>,
  locale?: string,
  links?: PreferenceLinks,
): { subject: string; html: string; text: string } {
  if (!Object.hasOwn(templates, name)) {
    throw new AppError(
      "UNKNOWN_TEMPLATE",
      `There is no template ${name} in this version: another version has queued the email. Deploy one that has it, or cancel the email.`,
    );
  }
  return renderTemplate(templates[name], views[name], props, locale, links);
}
