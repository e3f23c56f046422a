import { readRecord } from "../record.ts";
import type { Tree } from "../tree.ts";
import type { Schemes } from "./colors.ts";
import { readNames } from "./names.ts";

export const BRAND = "packages/brand/brand.json";

interface Brand extends Schemes {
  tagline: string;
  supportEmail: string;
}

export const readBrand = (tree: Pick<Tree, "read">) => JSON.parse(tree.read(BRAND)) as Brand;

/** Whether a copy is still the starter, and no product yet. */
export function isFresh(tree: Tree): boolean {
  // The record alone does not tell: `git restore .` undoes all other changes, but git does not know
  // the record yet.
  return readRecord(tree)?.name !== readNames(tree).package;
}

const COPYRIGHT = /^Copyright \(c\) (.*)$/gm;

/** Who holds the rights to what is new in a clone. "" in a fresh copy. */
export function ownerIn(licence: string): string {
  const [own, starter] = [...licence.matchAll(COPYRIGHT)].map(([, owner = ""]) => owner);
  return starter === undefined ? "" : (own ?? "");
}

/** A licence with the owner's line above that of the starter, which the licence asks to keep. */
export function withOwner(licence: string, owner: string): string {
  const old = ownerIn(licence);
  if (old === owner) return licence;
  const own = `Copyright (c) ${owner}\n`;
  if (old !== "") return licence.replace(`Copyright (c) ${old}\n`, () => own);
  return licence.replace(/^Copyright \(c\) /m, (starter) => own + starter);
}
