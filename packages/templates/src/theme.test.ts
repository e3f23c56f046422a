import { brand, publicUrl } from "@repo/brand";
import { ENOUGH, contrast, isColor } from "@repo/brand/contrast";
import { expect, it } from "vitest";
import { faint } from "./test-contrast.ts";

it("should have its colours in brand.json as #rrggbb: not in the other forms of CSS", () => {
  const { colors, darkColors } = brand;
  const wrong = Object.entries({ colors, darkColors }).flatMap(([scheme, named]) =>
    Object.entries(named)
      .filter(([, color]) => !isColor(color))
      .map(([name, color]) => `${scheme}.${name} is "${color}"`),
  );
  expect(wrong, "Write these colours of packages/brand/brand.json as #rrggbb").toEqual([]);
});

it.each(["#abc", "red", "rgb(1, 2, 3)", "#1b1f2", "#1b1f27ff", ""])(
  "should not compare %j with another colour",
  (color) => {
    expect(() => contrast(color, "#ffffff")).toThrow(`Write the colour "${color}" as #rrggbb`);
  },
);

it.each([
  ["light", brand.colors],
  ["dark", brand.darkColors],
] as const)("should have enough contrast for small text in %s (WCAG 2.2, 1.4.3)", (_, colors) => {
  for (const text of [colors.ink, colors.muted, colors.accent]) {
    expect(contrast(text, colors.paper)).toBeGreaterThan(ENOUGH);
    expect(contrast(text, colors.canvas)).toBeGreaterThan(ENOUGH);
  }
  expect(contrast(colors.onAccent, colors.accent)).toBeGreaterThan(ENOUGH);
});

it("should load a picture from the website, with or without a slash before its name", () => {
  expect(publicUrl("/order.png")).toBe(publicUrl("order.png"));
  expect(() => publicUrl("a.png", { website: "acme.example" })).toThrow(/brand\.json/);
});

it("should refuse a colour of a part that is in another form, because it cannot judge it", () => {
  const html = (color: string) => `<body><p style="margin:0;color:${color}">Hello</p></body>`;
  expect(faint(html("#1b1f27"), "light")).toEqual([]);
  expect(faint(html("#dfe3e9"), "light")).toHaveLength(1);
  expect(faint(html("inherit"), "light")).toEqual([]);
  expect(() => faint(html("silver"), "light")).toThrow('Write the colour "silver" as #rrggbb');
});
