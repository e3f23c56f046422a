import type { z } from "zod";
import { renderHtml, toPlainText } from "./components.ts";
import { template as passwordChanged } from "./emails/password-changed/template.tsx";
import { template as passwordReset } from "./emails/password-reset/template.tsx";
import { template as verifyEmail } from "./emails/verify-email/template.tsx";
import { template as welcome } from "./emails/welcome/template.tsx";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import { type Template, compose } from "./template.tsx";

/** The templates of the registry: a name missing in either of the two fails the type check. */
export const views: { [N in TemplateName]: Template<(typeof templates)[N]> } = {
  "password-changed": passwordChanged,
  "password-reset": passwordReset,
  "verify-email": verifyEmail,
  welcome,
};

/**
 * Renders an email. The props are parsed again: they may have been queued by an older version.
 *
 * @throws ZodError when the props do not fit the template's schema; it has no values in it
 */
export async function render<N extends TemplateName>(
  name: N,
  props: TemplateProps<N>,
): Promise<{ subject: string; html: string; text: string }> {
  // A cast because TypeScript does not follow N through parse.
  const parsed = templates[name].props.parse(props) as z.output<(typeof templates)[N]["props"]>;
  const { subject, document } = compose(views[name], parsed);
  // renderHtml writes the doctype of XHTML 1.0, which the document is not.
  const html = (await renderHtml(document)).replace(/^<!DOCTYPE[^>]*>/, "<!DOCTYPE html>");
  return { subject, html, text: toPlainText(html, { selectors: TEXT }) };
}

/** The text is derived from the HTML: a second render would double the time. */
const TEXT = [
  { selector: "h1", format: "heading", options: { uppercase: false } },
  // The address follows below the button.
  { selector: "a.button", format: "anchor", options: { ignoreHref: true } },
];
