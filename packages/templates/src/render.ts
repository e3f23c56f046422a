import { compile } from "html-to-text";
import { renderToStaticMarkup } from "react-dom/server";
import type { z } from "zod";
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
 * React Email's own `render` makes the same of it by way of a stream and of AsyncLocalStorage,
 * which then stays on in the process: four times the CPU for an email, and a quarter more for
 * each call of the AWS SDK ever after (docs/decisions/email-components.md).
 *
 * @throws ZodError when the props do not fit the template's schema; it has no values in it
 */
export function render<N extends TemplateName>(
  name: N,
  props: TemplateProps<N>,
): { subject: string; html: string; text: string } {
  // A cast because TypeScript does not follow N through parse.
  const parsed = templates[name].props.parse(props) as z.output<(typeof templates)[N]["props"]>;
  const { subject, document } = compose(views[name], parsed);
  const html = `<!DOCTYPE html>${renderToStaticMarkup(document)}`;
  return { subject, html, text: toText(html) };
}

/**
 * The text is derived from the HTML: a second render would double the time. Compiled once,
 * since reading the selectors takes three times as long as an email.
 */
const toText = compile({
  wordwrap: false,
  selectors: [
    { selector: "img", format: "skip" },
    // React Email's mark for what is only there to be looked at.
    { selector: "[data-skip-in-text=true]", format: "skip" },
    { selector: "h1", format: "heading", options: { uppercase: false } },
    { selector: "a", options: { linkBrackets: false, hideLinkHrefIfSameAsText: true } },
    // The address follows below the button.
    { selector: "a.button", format: "anchor", options: { ignoreHref: true } },
  ],
});
