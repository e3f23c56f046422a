import { expect, it } from "vitest";
import { toHtml } from "../html.tsx";
import { toText } from "../text.ts";
import { Preheader } from "./preheader.tsx";

const hiddenText = (html: string) => html.replaceAll(/<[^>]*>/g, "");

it("should fill the rest of an inbox's line with spaces, and no more", () => {
  const html = toHtml(<Preheader>It arrives tomorrow.</Preheader>);
  expect(hiddenText(html).match(/\u00a0&#8204;/g)).toHaveLength(
    200 - "It arrives tomorrow.".length,
  );

  const long = "It arrives tomorrow. ".repeat(10);
  expect(hiddenText(toHtml(<Preheader>{long}</Preheader>))).toBe(long);
});

it("should add no character beyond Latin-1, which would double the memory of the email", () => {
  expect(toHtml(<Preheader>It arrives tomorrow.</Preheader>)).toMatch(/^[\0-\xff]*$/);
});

it("should not be in the plain text", () => {
  expect(toText(toHtml(<Preheader>It arrives tomorrow.</Preheader>))).toBe("");
});
