import { readFileSync } from "node:fs";
import { Router } from "express";

/** Paths of what the pages of operators load, beside what every page loads. */
export const STYLESHEET = "/ops/ops.css";
export const SCRIPT = "/ops/ops.js";

/** Serves the two files. A browser asks each time whether they have changed. */
export function assets(): Router {
  const router = Router();
  for (const path of [STYLESHEET, SCRIPT]) {
    // The build copies the files beside the bundle, so the same relative path works there.
    const content = readFileSync(new URL(path.replace("/ops/", ""), import.meta.url), "utf8");
    router.get(path, (_req, res) => {
      res
        .set("Cache-Control", "private, no-cache")
        .type(path.split(".").at(-1) ?? "")
        .send(content);
    });
  }
  return router;
}
