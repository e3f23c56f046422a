import { type EmailTemplates, templates as product } from "@repo/templates/registry";
import { render, views } from "@repo/templates/render";
import { NAMES } from "./messages.ts";

/** Makes the content of an email by its template's name. */
export type Content = (template: string) => ReturnType<typeof render>;

/** How a sender gets its content. `ready`: each template is rendered once, in advance. */
export type ContentKind = "ready" | "rendered";

/** Each benchmark email has the content of one of the product's emails, in its usual case. */
export function createContent(kind: ContentKind): Content {
  const emails = Object.keys(product) as (keyof EmailTemplates)[];
  const renderFor = (template: string) => {
    const index = NAMES.findIndex((name) => name === template) % emails.length;
    const name = emails[index] as keyof EmailTemplates;
    return render(name, views[name].cases.usual);
  };
  if (kind === "rendered") return renderFor;
  const ready = new Map(NAMES.map((name) => [name as string, renderFor(name)]));
  return (template) => ready.get(template) ?? renderFor(template);
}
