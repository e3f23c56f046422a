import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { type Records, docs, publish } from "./record.ts";

const read = (file: string) => readFile(path.join(docs, file), "utf8");

test("docs/performance.md and its chart are what the figures beside them make", async () => {
  const records = JSON.parse(await read("performance.json")) as Records;
  for (const [file, text] of Object.entries(await publish(records))) {
    expect(await read(file), `${file}: pnpm bench --write`).toBe(text);
  }
});
