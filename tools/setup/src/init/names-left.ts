import { RECORD } from "../record.ts";
import { openTree } from "../tree.ts";
import { isFresh } from "./clone.ts";
import { readNames } from "./names.ts";
import { planProduct } from "./product.ts";

/** Another product, with nothing left out. */
const ANOTHER = {
  name: "Qqqq",
  package: "qqqq",
  tagline: "Qqqq.",
  supportEmail: "help@example.com",
  color: "#1f5fd6",
  owner: "Qqqq",
  upstream: "",
  without: [],
};

/**
 * Where the starter's name would still stand after `pnpm app:init`, in any case: `file:line`. The
 * licence and the record keep it.
 *
 * @param root a copy of the starter. In a product it looks for nothing.
 */
export function namesLeft(root: string): string[] {
  const tree = openTree(root);
  if (!isFresh(tree)) return [];
  const { name } = readNames(tree);
  planProduct(tree, ANOTHER);
  const isName = (line: string) => line.toLowerCase().includes(name.toLowerCase());
  return tree
    .files()
    .filter((file) => !["LICENSE", RECORD].includes(file))
    .flatMap((file) => {
      const lines = tree.read(file).split("\n");
      return lines.flatMap((line, index) => (isName(line) ? [`${file}:${index + 1}`] : []));
    });
}
