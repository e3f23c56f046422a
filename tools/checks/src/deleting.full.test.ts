import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { parse } from "yaml";
import { copyRepository } from "./test-copy.ts";

// What docs/deleting.md says can be deleted, deleted in a copy.

const list = path.join(import.meta.dirname, "../../setup/src/delete/parts.yaml");
const parts = Object.keys(parse(readFileSync(list, "utf8")) as object);
// Of the two ways that events come, one stays.
const optional = parts.filter((part) => part !== "webhook");

test.each([
  ...parts.map((part) => [part, [part]] as const),
  ["all that is optional", optional] as const,
])(
  "a clone without %s passes its check and its tests, and is built",
  async (_name, deleted) => {
    const copy = await copyRepository();
    onTestFinished(() => copy.remove());
    // Stands for the engine that Prisma would download: the tests reach no network.
    const engine = path.join(import.meta.dirname, "../../prisma-offline/src/schema-engine.ts");
    if (deleted.includes("prisma-offline")) vi.stubEnv("PRISMA_SCHEMA_ENGINE_BINARY", engine);
    onTestFinished(() => void vi.unstubAllEnvs());
    const succeed = async (script: string, args = "") => {
      const { failed, output } = await copy.run(script, args);
      expect(failed, `pnpm ${script} ${args}\n${output}`).toBe(false);
    };
    for (const part of deleted) await succeed("app:delete", part);
    await copy.refresh();
    await succeed("check");
    await succeed("test");
    await succeed("build");
  },
  3_600_000,
);
