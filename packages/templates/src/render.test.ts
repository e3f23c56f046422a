import { globSync } from "node:fs";
import path from "node:path";
import { lint } from "@repo/email-lint";
import { type Locale, directionOf, locales } from "@repo/locales";
import { describe, expect, it } from "vitest";
import { canBeTurnedOff } from "./categories.ts";
import { type TemplateName, type TemplateProps, templates } from "./registry.ts";
import { render, views } from "./render.ts";
import type { Schema } from "./schema.ts";
import { type Template, compose, exampleLinks } from "./template.tsx";
import { faint } from "./test-contrast.ts";
import { attributes, decode } from "./test-document.ts";
import { faults } from "./test-valid.ts";

// What every email must fulfil, in each of its cases and languages. No test names an email, so they
// also test those that you write. parts.test.tsx tests the parts of an email.

const names = Object.keys(templates) as TemplateName[];
const cases = names.flatMap((name) =>
  Object.entries(views[name].cases).flatMap(([title, props]) =>
    languagesOf(name).map((locale) => ({ name, title, props, locale })),
  ),
);

/** The languages that an email has texts in. For each other language it names one of these. */
function languagesOf(name: TemplateName): Locale[] {
  return locales.filter((locale) => typeof views[name].texts[locale] === "object");
}

/** A header's line should be no longer (RFC 5322, 2.1.1), and inboxes show less. */
const HEADER_LINE = 78;

const isOptional = (name: TemplateName) => canBeTurnedOff(templates[name].category);
const draw = (name: TemplateName, props: unknown, locale?: string) => {
  const given = isOptional(name) ? exampleLinks : undefined;
  return render(name, props as TemplateProps<TemplateName>, locale, given);
};

/** As packages/email sends them with an email that can be turned off. */
const oneClick = {
  "list-unsubscribe": `<${exampleLinks.unsubscribe}>`,
  "list-unsubscribe-post": "List-Unsubscribe=One-Click",
};

const parse = (name: TemplateName, props: unknown) => templates[name].props.parse(props);

it("should have every template of src/emails in the registry, and no more", () => {
  const files = globSync("*/template.tsx", { cwd: path.join(import.meta.dirname, "emails") });
  const folders = files.map((file) => path.dirname(file)).toSorted();
  expect(names.toSorted()).toEqual(folders);
  expect(Object.keys(views).toSorted()).toEqual(folders);
});

it.each(names)("should have a name that SES accepts as a tag: %s", (name) => {
  // https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
  expect(name).toMatch(/^[\w-]{1,256}$/);
});

describe.each(cases)("$name, $title, $locale", ({ name, props, locale }) => {
  // Drawn for the first test, and kept for the others.
  let email: ReturnType<typeof draw> | undefined;
  const drawn = () => (email ??= draw(name, props, locale));

  it("should be a valid, accessible document", async () => {
    const { html } = drawn();
    expect(await faults(html)).toEqual([]);
    expect(html).toContain(`<!DOCTYPE html><html dir="${directionOf(locale)}" lang="${locale}">`);
  });

  it("should pass the checks of the inbox: clients, links, pictures, size, plain text", () => {
    const headers = isOptional(name) ? oneClick : {};
    const found = lint({ ...drawn(), headers });
    // A client that shows an email plainer is no fault.
    expect(
      found.filter(
        ({ check, verdict }) => verdict === "fault" || (verdict === "note" && check !== "Clients"),
      ),
    ).toEqual([]);
  });

  it("should be readable in the light and in the dark", () => {
    const { html } = drawn();
    expect(faint(html, "light")).toEqual([]);
    expect(faint(html, "dark")).toEqual([]);
  });

  it("should have a subject of one line, which is the document's title", () => {
    const { html, subject } = drawn();
    expect(subject).toMatch(/^\P{Cc}+$/u);
    expect(subject.length).toBeLessThanOrEqual(HEADER_LINE);
    const [, title = ""] = /<title>([^<]*)<\/title>/.exec(html) ?? [];
    expect(decode(title)).toBe(subject);
  });

  it("should have a preheader that is not the subject", () => {
    const { preheader } = compose(views[name] as Template<Schema>, parse(name, props), locale);
    expect(preheader.trim()).not.toBe("");
    expect(preheader.trim()).not.toBe(drawn().subject);
  });

  it("should say how to turn it off, exactly if it can be turned off", () => {
    const found = attributes(drawn().html, "href");
    for (const link of Object.values(exampleLinks)) {
      expect(found.includes(link)).toBe(isOptional(name));
    }
  });

  it("should leave no empty paragraph in its text", () => {
    expect(drawn().text).not.toMatch(/\n{3,}/);
  });
});

/** The usual case of an email with one of its strings replaced, for each string in it. */
function* replaced(value: unknown, by: string): Generator {
  if (typeof value === "string") yield by;
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const changed of replaced(inner, by)) {
      yield Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
    }
  }
}

describe.each(names)("%s", (name) => {
  it("should have texts in the language that it has for another one, and say which it is", () => {
    for (const locale of locales) {
      const texts = views[name].texts[locale];
      const used = typeof texts === "string" ? texts : locale;
      expect(languagesOf(name)).toContain(used);
      expect(draw(name, views[name].cases.usual, locale).html).toContain(` lang="${used}">`);
    }
  });

  it.each([
    ["markup", '"><script>secret</script><b onclick="secret">Win</b><!--'],
    ["a header", "secret\r\nBcc: all@example.org\u0000"],
    ["a script for a link", "javascript:secret"],
    ["a link with markup", 'https://example.com/?a="><script>secret</script>'],
    ["an advert", "Win at https://evil.example/secret"],
  ])("should refuse %s in any of its props, or make it harmless", (_, hostile) => {
    for (const props of replaced(views[name].cases.usual, hostile)) {
      const parsed = templates[name].props.safeParse(props);
      if (!parsed.success) {
        // The message is logged.
        expect(parsed.error.message).not.toContain("secret");
        continue;
      }
      for (const locale of languagesOf(name)) {
        const { html, subject } = draw(name, props, locale);
        expect(html).not.toMatch(/<script|<b onclick/i);
        expect(subject).not.toMatch(/\p{Cc}/u);
        for (const address of [...attributes(html, "href"), ...attributes(html, "src")]) {
          expect(new URL(address).protocol).toMatch(/^(?:https?|mailto|tel|sms|cid):$/);
          expect(new URL(address).hostname).not.toBe("evil.example");
        }
      }
    }
  });
});

it("should say what to do about an email whose template this version does not have", () => {
  expect(() => render("gone" as never, {} as never)).toThrow(
    expect.objectContaining({ code: "UNKNOWN_TEMPLATE", message: expect.stringMatching(/Deploy/) }),
  );
});
