import { type Brand, brand } from "@repo/brand";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { BrandMark, Favicon } from "./brand-mark.tsx";

const plain: Brand = { ...brand, name: "Shop & Sons", logo: null };
const withLogo: Brand = { ...plain, logo: { file: "logo.png", width: 120, height: 32 } };

it("shows a drawn mark and the name of a brand without a logo", () => {
  const mark = renderToStaticMarkup(<BrandMark brand={plain} />);
  expect(mark).toMatch(/^<svg .*<\/svg>Shop &amp; Sons$/);
  const favicon = renderToStaticMarkup(<Favicon brand={plain} />);
  expect(favicon).toContain('href="data:image/svg+xml,');
});

it("shows a brand's logo instead, with the name as its alternative text", () => {
  const mark = renderToStaticMarkup(<BrandMark brand={withLogo} />);
  expect(mark).toContain('<img src="/logo.png" alt="Shop &amp; Sons" width="120" height="32"/>');
  expect(mark).not.toContain("<svg");
  const favicon = renderToStaticMarkup(<Favicon brand={withLogo} />);
  expect(favicon).toBe('<link rel="icon" href="/logo.png"/>');
});
