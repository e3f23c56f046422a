import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brand } from "@repo/brand";

/** style.css, led by the brand's colours as custom properties. The path changes with the content. */
export function loadStylesheet(): { path: string; css: string } {
  // The build copies the file beside the bundle, so that this holds there too.
  const style = readFileSync(new URL("style.css", import.meta.url), "utf8");
  const colors = Object.entries(brand.colors).map(
    ([name, value]) =>
      `--brand-${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}:${value};`,
  );
  const css = `:root{${colors.join("")}}\n${style}`;
  const hash = createHash("sha256").update(css).digest("hex").slice(0, 12);
  return { path: `/style.${hash}.css`, css };
}
