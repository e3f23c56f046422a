import { brand, publicUrl } from "@repo/brand";
import { ENOUGH, contrast } from "@repo/brand/contrast";
import { expect, it } from "vitest";

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
