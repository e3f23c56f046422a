import { type TemplateName, templates } from "@repo/templates/registry";
import { render } from "@repo/templates/render";
import { newMessage } from "../messages.ts";

interface Rendered {
  subject: string;
  html: string;
  text: string;
}

/** Makes an email of a template's name and its props. */
export type Content = (template: TemplateName, props: never) => Rendered;

/** How a sender comes by its content: `ready` is rendered once a template, beforehand. */
export type ContentKind = "ready" | "rendered";

export function createContent(kind: ContentKind): Content {
  if (kind === "rendered") return render;
  const ready = new Map<string, Rendered>();
  for (let i = 0; i < Object.keys(templates).length; i++) {
    const { template, props } = newMessage(i);
    ready.set(template, render(template, props));
  }
  return (template) => {
    const content = ready.get(template);
    if (!content) throw new Error(`no ${template}`);
    return content;
  };
}
