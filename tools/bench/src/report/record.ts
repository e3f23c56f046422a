import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { format } from "prettier";
import { drawChart } from "./chart.ts";
import { writePage } from "./page.ts";
import type { Entry, Records } from "./records.ts";

/** The folder of the page, its chart and their figures. */
export const docs = path.resolve(import.meta.dirname, "../../../../docs");

/**
 * Adds a benchmark's figures to docs/performance.json, and updates the page's tables and the chart.
 */
export async function record(name: string, entry: Entry): Promise<void> {
  const file = path.join(docs, "performance.json");
  const earlier = await readFile(file, "utf8").then(
    (text): Records => JSON.parse(text) as Records,
    () => ({}),
  );
  for (const [made, text] of Object.entries(await publish({ ...earlier, [name]: entry }))) {
    await writeFile(path.join(docs, made), text);
  }
}

/** The three files with these figures: name → text, formatted for `pnpm check`. */
export async function publish(records: Records): Promise<Record<string, string>> {
  const options = { printWidth: 100 };
  const page = await readFile(path.join(docs, "performance.md"), "utf8");
  return {
    "performance.json": await format(JSON.stringify(records), { ...options, parser: "json" }),
    "performance.md": await format(writePage(page, records), { ...options, parser: "markdown" }),
    "performance.svg": drawChart(records),
  };
}
