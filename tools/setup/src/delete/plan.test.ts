import { test } from "vitest";
import { root } from "../root.ts";
import { openTree } from "../tree.ts";
import { parts } from "./parts.ts";
import { edit, isGone } from "./plan.ts";

const tree = openTree(root);
const isWhole = Object.values(parts).every((part) => !isGone(tree, part));
// `pnpm app:init` gives a clone another name. Its owner may change any line.
const { name } = JSON.parse(tree.read("package.json")) as { name: string };

// `pnpm test:full` deletes each part. This test finds at once a line that was changed.
test.runIf(isWhole && name === "sendoff").each(Object.entries(parts))(
  "finds all lines that name %s",
  (_name, part) => {
    edit(openTree(root), part);
  },
);
