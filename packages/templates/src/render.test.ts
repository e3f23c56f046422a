import { readdirSync } from "node:fs";
import { brand } from "@repo/brand";
import { HtmlValidate } from "html-validate";
import { describe, expect, it } from "vitest";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import { render, views } from "./render.ts";
import { compose } from "./template.tsx";

/** Every email is tested with every case; what is about a link or a name, where it has one. */
interface Props {
  name?: string;
  url?: string;
}
const names = Object.keys(templates) as TemplateName[];
const cases = names.flatMap((name) =>
  Object.entries(views[name].cases).map(([title, props]) => ({
    name,
    title,
    props: props as Props,
  })),
);
const url = "https://example.com/account?token=secret";
/** Made of everything that could end up in markup, a header or a link. */
const hostile = '<b>Win</b> "at" https://evil.example\r\nBcc: all@example.org \u202e';

const draw = (name: TemplateName, props: Props) =>
  render(name, props as TemplateProps<TemplateName>);

const htmlValidate = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    // Emails are styled inline and laid out in tables with attributes, for Outlook.
    "no-inline-style": "off",
    "no-deprecated-attr": "off",
    "no-conditional-comment": "off",
    "presentation-role-style": "off",
    // React's spelling.
    "attr-case": "off",
    "void-style": "off",
  },
});

it("should have every folder of src/emails in the registry, and no more", () => {
  expect(readdirSync(`${import.meta.dirname}/emails`).toSorted()).toEqual(names.toSorted());
});

describe.each(cases)("$name, $title", ({ name, props }) => {
  it("should be a valid, accessible document under 10 KB", async () => {
    const { html } = draw(name, props);
    const { results } = await htmlValidate.validateString(html);
    expect(results.flatMap((result) => result.messages)).toEqual([]);
    expect(html).toMatch(/^<!DOCTYPE html><html dir="ltr" lang="en">/);
    expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
    expect(Buffer.byteLength(html)).toBeLessThan(10_000);
  });

  it.runIf(props.url)("should have its link in the button, below it, once in the text", () => {
    const { html, text } = draw(name, props);
    const link = String(props.url);
    const escaped = link.replaceAll("&", "&amp;");
    expect(html.split(`href="${escaped}"`)).toHaveLength(3);
    expect(html).toContain(`>${escaped}</a>`);
    expect(text.split("\n").filter((line) => line.includes("://"))).toEqual([link]);
  });

  it("should have a subject of one line, which is the document's title", () => {
    const { html, subject } = draw(name, props);
    expect(subject).toMatch(/^\P{Cc}{10,78}$/u);
    expect(html).toContain(`<title>${subject}</title>`);
  });

  it("should follow the subject with a sentence of its own", () => {
    const parsed = templates[name].props.parse(props);
    const preheader = (views[name].preheader as (props: unknown) => string)(parsed);
    expect(preheader).toMatch(/^.{50,110}$/);
  });

  it("should read well as plain text", () => {
    const { subject, text } = draw(name, props);
    expect(text).not.toMatch(/[<>]|&\w+;|undefined|null|NaN|\[object/);
    expect(text).not.toMatch(/\n{3,}/);
    // A clone with a name of its own keeps the snapshots.
    const unbranded = `Subject: ${subject}\n\n${text}\n`
      .replaceAll(brand.supportEmail, "support@brand.example")
      .replaceAll(brand.name, "Brand");
    expect(unbranded).toMatchSnapshot();
  });
});

describe.each(names)("%s", (name) => {
  const usual: Props = views[name].cases.usual;

  it.runIf("name" in usual)("should greet by name", () => {
    const { html, text } = draw(name, { ...usual, name: "Zoë O’Brien-Smith" });
    expect(html).toContain("<bdi>Zoë O’Brien-Smith</bdi>");
    expect(text).toContain("Hi Zoë O’Brien-Smith,");
  });

  it.runIf("name" in usual)("should show nothing of a hostile name", () => {
    const plain = draw(name, { ...usual, name: "" });
    expect(draw(name, { ...usual, name: hostile })).toEqual(plain);
    expect(plain.text).toContain("Hello,");
  });

  it.runIf("url" in usual)("should escape what its link carries", () => {
    const { html } = draw(name, { ...usual, url: `${url}&a="><script>alert(1)</script>` });
    expect(html).not.toContain("<script");
    expect(html).toContain("&amp;a=%22%3E%3Cscript%3E");
  });

  it.runIf("url" in usual)("should refuse a link to a script, without repeating it", () => {
    const drawn = () => draw(name, { ...usual, url: "javascript:alert('secret')" });
    expect(drawn).toThrow(expect.objectContaining({ name: "ZodError" }));
    expect(drawn).not.toThrow("secret");
  });
});

it("should not let a prop break the subject into two headers", () => {
  const view = { ...views.welcome, subject: () => "Welcome\r\nBcc: all@example.org\u0000" };
  const { subject } = compose<typeof templates.welcome>(view, { name: "", url });
  expect(subject).toBe("Welcome Bcc: all@example.org");
});
