import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import express, { type RequestHandler } from "express";

/** Serves the files of `apps/web/public` at `/`. Every other path is left to the routes. */
export function publicFiles(folder = publicFolder()): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: "ignore",
    // Shorter than for the stylesheet: a file keeps its name when its content changes.
    maxAge: "1h",
    setHeaders(res) {
      // A web mail client shows an email's pictures on its own site.
      res.set("Cross-Origin-Resource-Policy", "cross-origin");
    },
  });
}

/** The build copies the folder beside the bundle. */
function publicFolder(): string {
  const built = fileURLToPath(new URL("public", import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL("../../public", import.meta.url));
}
