import { defaultLocale } from "@repo/locales";
import type { z } from "zod";
import { toHtml } from "./html.tsx";
import type { PreferenceLinks } from "./layout/footer.tsx";
import type { Schema } from "./schema.ts";
import { type Template, compose } from "./template.tsx";
import { toText } from "./text.ts";

/**
 * Renders one email. The props are parsed again, because an older version may have queued them.
 *
 * React Email's own `render` gives the same result, but it uses a stream and AsyncLocalStorage,
 * which costs much more CPU (docs/decisions/email-components.md).
 *
 * @param locale the best of the template's languages for it is used, or the product's
 * @throws ZodError if the props do not fit the schema; it contains no values
 * @throws AppError `NOT_IN_ONE_PASS`: a component waits for something
 */
export function renderTemplate<S extends Schema>(
  schema: S,
  template: Template<S>,
  props: z.input<S["props"]>,
  locale: string = defaultLocale,
  links?: PreferenceLinks,
): { subject: string; html: string; text: string } {
  // A cast because TypeScript does not follow S through parse.
  const parsed = schema.props.parse(props) as z.output<S["props"]>;
  const { subject, document } = compose(template, parsed, locale, links);
  const html = toHtml(document);
  return { subject, html, text: toText(html) };
}
