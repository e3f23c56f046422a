import { test } from "vitest";
import { root } from "../root.ts";
import { openTree } from "../tree.ts";
import { parts } from "./parts.ts";
import { edit, isGone } from "./plan.ts";

const isWhole = Object.values(parts).every((part) => !isGone(openTree(root), part));

// `pnpm test:full` deletes each part. This test finds at once a line that was changed.
test.runIf(isWhole).each(Object.entries(parts))("finds all lines that name %s", (_name, part) => {
  edit(openTree(root), part);
});
