import type { ReactNode } from "react";
import type { z } from "zod";
import { toHtml } from "./html.tsx";
import { Layout } from "./layout/layout.tsx";
import type { Schema } from "./schema.ts";

/** The looks of an email. Each part gets the props that its schema has parsed. */
export interface Template<S extends Schema> {
  subject: (props: z.output<S["props"]>) => string;
  /** The text after the subject in an inbox's list, which shows 50 to 110 characters of it. */
  preheader: (props: z.output<S["props"]>) => string;
  /** The footer's sentence that says why this person gets the email. */
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

/** Replaces line breaks. One in a subject would start another header (RFC 5322, 2.2). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

/**
 * Makes the default export of a template, which the preview server lists. Its Props panel shows
 * every case: change `show` to see another one, or edit a case.
 */
export function preview<S extends Schema>(schema: S, template: Template<S>) {
  function Email({ show, ...cases }: { show: string; [name: string]: unknown }) {
    const props = schema.props.parse(cases[show]) as z.output<S["props"]>;
    const { document } = compose(template, props);
    // Throws as the worker does. React Email would render components that wait.
    toHtml(document);
    return document;
  }
  Email.PreviewProps = { show: "usual", ...template.cases };
  return Email;
}
