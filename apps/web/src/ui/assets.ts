import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { brand } from "@repo/brand";
import { type RequestHandler, Router } from "express";

/** Paths of what every page loads. They change with the content. */
export interface Assets {
  stylesheet: string;
  script: string;
}

/**
 * The stylesheet and the script of all pages. Browsers may cache them forever, because a path
 * changes with its content.
 */
export function loadAssets(): { assets: Assets; serve: RequestHandler } {
  const router = Router();
  const add = (name: string, type: string, content: string): string => {
    const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
    const path = `/${name}.${hash}.${type}`;
    router.get(path, (_req, res) => {
      res.set("Cache-Control", "public, max-age=31536000, immutable").type(type).send(content);
    });
    return path;
  };
  return {
    assets: {
      stylesheet: add("style", "css", `${brandColors()}\n${read("style.css")}`),
      script: add("page", "js", read("page.js")),
    },
    serve: router,
  };
}

/** The build copies the files beside the bundle, so the same relative path works there. */
function read(file: string): string {
  return readFileSync(new URL(file, import.meta.url), "utf8");
}

/** The brand's colours as custom properties. */
function brandColors(): string {
  const used = { ...brand.colors, darkAccent: brand.darkColors.accent };
  const colors = Object.entries(used).map(
    ([name, value]) =>
      `--brand-${name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}:${value};`,
  );
  return `:root{${colors.join("")}}`;
}
