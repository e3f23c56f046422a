import { readFileSync } from "node:fs";

export type Tags = Record<string, string>;

/** The tags of every resource that can have some: the product's name and the stack. */
export function tags(stack: string): Tags {
  // Read as a file, because infra imports nothing of the workspace.
  const brand = new URL("../../packages/brand/brand.json", import.meta.url);
  const { name } = JSON.parse(readFileSync(brand, "utf8")) as { name: string };
  return { app: tagValue(name), stack, "managed-by": "pulumi" };
}

/** The name without what AWS refuses in a tag, where it would refuse the whole resource. */
export function tagValue(name: string): string {
  return name
    .replaceAll(/[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu, "")
    .replaceAll(/ +/g, " ")
    .trim();
}
