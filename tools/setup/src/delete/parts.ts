import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { type Part, Parts } from "./part.ts";

/** The parts that can be deleted, by their names. */
export const parts: Record<string, Part> = Parts.parse(
  parse(readFileSync(path.join(import.meta.dirname, "parts.yaml"), "utf8")),
);
