import type { ReactNode } from "react";
import type { z } from "zod";
import { toHtml } from "./html.tsx";
import { Layout } from "./layout.tsx";
import type { Schema } from "./schema.ts";

/** What a person sees of an email, with the props its schema has parsed. */
export interface Template<S extends Schema> {
  subject: (props: z.output<S["props"]>) => string;
  /** Follows the subject in the list of an inbox, which shows 50 to 110 characters of it. */
  preheader: (props: z.output<S["props"]>) => string;
  /** The footer's sentence on why this person gets it. */
  reason: string;
  Content: (props: z.output<S["props"]>) => ReactNode;
  /** Shown by the preview server, and rendered by the tests. */
  cases: { usual: z.input<S["props"]>; [name: string]: z.input<S["props"]> };
}

/** One email as a whole document. */
export function compose<S extends Schema>(template: Template<S>, props: z.output<S["props"]>) {
  const subject = oneLine(template.subject(props));
  const Content = () => template.Content(props);
  return {
    subject,
    document: (
      <Layout subject={subject} preheader={template.preheader(props)} reason={template.reason}>
        <Content />
      </Layout>
    ),
  };
}

/** A line break in a subject would start a header of the sender's choosing (RFC 5322, 2.2). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

/**
 * The default export of each template, which is what the preview server lists. Its Props
 * panel shows every case: change `show` to see another, or edit a case.
 */
export function preview<S extends Schema>(schema: S, template: Template<S>) {
  function Email({ show, ...cases }: { show: string; [name: string]: unknown }) {
    const props = schema.props.parse(cases[show]) as z.output<S["props"]>;
    const { document } = compose(template, props);
    // React Email would wait for what cannot be sent.
    toHtml(document);
    return document;
  }
  Email.PreviewProps = { show: "usual", ...template.cases };
  return Email;
}
