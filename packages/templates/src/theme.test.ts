import { brand } from "@repo/brand";
import { expect, it } from "vitest";

/** Of an sRGB colour like "#1b1f27"; WCAG 2.2, relative luminance. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

it.each([
  ["light", brand.colors],
  ["dark", brand.darkColors],
] as const)("should have enough contrast for small text in %s (WCAG 2.2, 1.4.3)", (_, colors) => {
  expect(contrast(colors.ink, colors.paper)).toBeGreaterThan(4.5);
  expect(contrast(colors.ink, colors.canvas)).toBeGreaterThan(4.5);
  expect(contrast(colors.muted, colors.paper)).toBeGreaterThan(4.5);
  expect(contrast(colors.muted, colors.canvas)).toBeGreaterThan(4.5);
  expect(contrast(colors.accent, colors.paper)).toBeGreaterThan(4.5);
  expect(contrast(colors.onAccent, colors.accent)).toBeGreaterThan(4.5);
});
