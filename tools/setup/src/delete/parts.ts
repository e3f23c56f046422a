import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { type Part, Parts } from "./part.ts";

/** The parts that can be deleted, by their names. No name is inherited, such as `constructor`. */
export const parts: Record<string, Part> = Object.assign(
  Object.create(null),
  Parts.parse(parse(readFileSync(path.join(import.meta.dirname, "parts.yaml"), "utf8"))),
);
