import { readFileSync } from "node:fs";

export type Tags = Record<string, string>;

// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
const REFUSED = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** A name as a tag: without the characters that AWS refuses in tags, such as `&`. */
export function tagOf(name: string): string {
  return name.replaceAll(REFUSED, "").trim();
}

/** The tags of every resource that can have some: the product's name and the stack. */
export function tags(stack: string): Tags {
  // Read as a file, because infra imports nothing of the workspace.
  const brand = new URL("../../packages/brand/brand.json", import.meta.url);
  const { name } = JSON.parse(readFileSync(brand, "utf8")) as { name: string };
  return { app: tagOf(name), stack, "managed-by": "pulumi" };
}
