import { ENOUGH, contrast } from "@repo/brand/contrast";
import { expect, it } from "vitest";
import fc from "fast-check";
import { withAccent } from "./colors.ts";

const brand = {
  colors: { ink: "#1b1f27", paper: "#ffffff", canvas: "#f5f6f8", accent: "", onAccent: "" },
  darkColors: { ink: "#eef1f6", paper: "#181c23", canvas: "#0f1217", accent: "", onAccent: "" },
};

it("turns every readable colour into a brand that can be read in light and in dark", () => {
  const color = fc
    .integer({ min: 0, max: 0xffffff })
    .map((n) => `#${n.toString(16).padStart(6, "0")}`);
  fc.assert(
    fc.property(color, (wish) => {
      let accent = wish;
      try {
        withAccent(brand, wish);
      } catch (error) {
        accent = /can be read: (#\w+)/.exec((error as Error).message)?.[1] ?? "";
      }
      for (const scheme of Object.values(withAccent(brand, accent))) {
        expect(contrast(scheme.accent, scheme.paper)).toBeGreaterThan(ENOUGH);
        expect(contrast(scheme.accent, scheme.canvas)).toBeGreaterThan(ENOUGH);
        expect(contrast(scheme.onAccent, scheme.accent)).toBeGreaterThan(ENOUGH);
      }
    }),
  );
});

it("refuses a colour that cannot be read, and names a shade of it", () => {
  expect(() => withAccent(brand, "#ff8800")).toThrow(/Links in #ff8800 cannot be read.*#a/);
});
