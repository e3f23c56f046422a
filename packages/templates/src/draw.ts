import type { z } from "zod";
import { toHtml } from "./html.tsx";
import type { Schema } from "./schema.ts";
import { type Template, compose } from "./template.tsx";
import { toText } from "./text.ts";

/**
 * Draws one email. The props are parsed again: they may have been queued by an older version.
 *
 * React Email's own `render` makes the same of it by way of a stream and of AsyncLocalStorage,
 * which then stays on in the process: four times the CPU for an email, and a quarter more for
 * each call of the AWS SDK ever after (docs/decisions/email-components.md).
 *
 * @throws ZodError when the props do not fit the schema; it has no values in it
 * @throws AppError `NOT_IN_ONE_PASS`: a component waits for something
 */
export function draw<S extends Schema>(
  schema: S,
  template: Template<S>,
  props: z.input<S["props"]>,
): { subject: string; html: string; text: string } {
  // A cast because TypeScript does not follow S through parse.
  const parsed = schema.props.parse(props) as z.output<S["props"]>;
  const { subject, document } = compose(template, parsed);
  const html = toHtml(document);
  return { subject, html, text: toText(html) };
}
