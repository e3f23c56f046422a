import { z } from "zod";
import { SetupError } from "./error.ts";
import type { Tree } from "./tree.ts";

/** Where a clone keeps what it was made from. */
export const RECORD = ".starter.json";

/** What `pnpm app:init` records, and `pnpm app:update` reads. */
export const Record = z.object({
  /** The git URL of the repository that the clone was made from. */
  upstream: z.string(),
  /** The version of the starter that the clone has. */
  version: z.string(),
  /** The commit of that repository. Null: a copy without its history. */
  commit: z
    .string()
    .regex(/^[\da-f]{40,64}$/)
    .nullable(),
  /** The name of the product's root package. */
  name: z.string(),
  /** Parts of delete/parts.yaml that were deleted. */
  leftOut: z.array(z.string()),
});
export type Record = z.infer<typeof Record>;

/**
 * @returns undefined if `pnpm app:init` has not run
 * @throws SetupError if somebody has broken the file
 */
export function readRecord(tree: Pick<Tree, "has" | "read">): Record | undefined {
  if (!tree.has(RECORD)) return undefined;
  try {
    return Record.parse(JSON.parse(tree.read(RECORD)));
  } catch (error) {
    throw new SetupError(`${RECORD} cannot be read: take it from git again. ${String(error)}`, {
      cause: error,
    });
  }
}

export function writeRecord(tree: Pick<Tree, "write">, record: Record): void {
  tree.write(RECORD, `${JSON.stringify(record, null, 2)}\n`);
}

/** Records that parts were deleted, if there is a record. */
export function forget(tree: Tree, names: string[]): void {
  const record = readRecord(tree);
  if (!record) return;
  const leftOut = [...new Set([...record.leftOut, ...names])].toSorted();
  writeRecord(tree, { ...record, leftOut });
}
