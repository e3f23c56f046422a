import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { docs, publish } from "./record.ts";
import type { Records } from "./records.ts";

const read = (file: string) => readFile(path.join(docs, file), "utf8");

const records = JSON.parse(await read("performance.json")) as Records;

test("the tables and the chart of docs/performance.md match docs/performance.json", async () => {
  for (const [file, text] of Object.entries(await publish(records))) {
    expect(await read(file), `${file}: pnpm bench --write`).toBe(text);
  }
});

test("docs/performance.md describes every benchmark, and says why a bar is not met", async () => {
  const page = await read("performance.md");
  const [notMet = "", rest = ""] = page.split("## What is not met")[1]?.split("\n## ") ?? [];
  for (const [name, { results }] of Object.entries(records)) {
    expect(rest).toContain(`\n**${name}.** `);
    const missed = results.some(({ met }) => met === false);
    expect(notMet.includes(`\n**${name}.** `), `${name} under "What is not met"`).toBe(missed);
  }
});
