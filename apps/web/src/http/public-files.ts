import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import express, { type RequestHandler } from "express";

/** Serves the files of `apps/web/public` at `/`; what is not one of them is left to the routes. */
export function publicFiles(folder = publicFolder()): RequestHandler {
  return express.static(folder, {
    index: false,
    redirect: false,
    dotfiles: "ignore",
    // Not for ever, like the stylesheet: their names stay when they change.
    maxAge: "1h",
    setHeaders(res) {
      // An inbox on the web shows an email's pictures on a site that is not ours.
      res.set("Cross-Origin-Resource-Policy", "cross-origin");
    },
  });
}

/** The build copies it beside the bundle. */
function publicFolder(): string {
  const built = fileURLToPath(new URL("public", import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL("../../public", import.meta.url));
}
