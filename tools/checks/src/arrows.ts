// `pnpm arrows`: draws the imports between packages into ARCHITECTURE.md.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openRepository } from "./repository.ts";
import { drawn } from "./rules/arrows.ts";

const root = join(import.meta.dirname, "../../..");
writeFileSync(join(root, "ARCHITECTURE.md"), drawn(openRepository(root)));
