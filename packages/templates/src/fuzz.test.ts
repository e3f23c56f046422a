import { type Locale, locales } from "@repo/locales";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canBeTurnedOff } from "./categories.ts";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import { render, views } from "./render.ts";
import { type Template, compose, exampleLinks } from "./template.tsx";
import { htmlToText } from "./test-html-to-text.ts";
import { propsOf } from "./test-props.ts";
import { reactEmailHtml } from "./test-react-email.ts";

// What every email must fulfil, whatever its props are. More runs: FUZZ=10000; the same ones again:
// SEED=1.
const numRuns = Number(process.env["FUZZ"] || (full ? 200 : 10));
const seed = Number(process.env["SEED"] || Date.now() % 1_000_000);

const names = Object.keys(templates) as TemplateName[];

/** In parts, so that a failure shows only the parts that differ. */
const tags = (html: string) => html.split(/(?=<)/);

const check = async (name: TemplateName, props: unknown, locale: Locale) => {
  const links = canBeTurnedOff(templates[name].category) ? exampleLinks : undefined;
  const given = props as TemplateProps<TemplateName>;
  const { subject, html, text } = render(name, given, locale, links);
  const view = views[name] as Template<(typeof templates)[TemplateName]>;
  const { document } = compose(view, templates[name].props.parse(props), locale, links);
  // As it is sent: in UTF-8.
  expect(tags(Buffer.from(html).toString())).toEqual(tags(await reactEmailHtml(document)));
  expect(text.split("\n")).toEqual(htmlToText(html).split("\n"));
  // A line break would begin another header (RFC 5322, 2.2).
  expect(subject).toMatch(/^\P{Cc}+$/u);
};

describe.each(names)("%s", (name) => {
  it.each(Object.entries(views[name].cases))(
    "should have the HTML of React Email and the text of html-to-text in the case %s",
    async (_, props) => {
      for (const locale of locales) await check(name, props, locale);
    },
  );

  it("should have the same HTML and text with any props", async () => {
    const given = [propsOf(templates[name].props), fc.constantFrom(...locales)] as const;
    const property = fc.asyncProperty(...given, (props, locale) => check(name, props, locale));
    await fc.assert(property, { numRuns, seed });
  });
});
