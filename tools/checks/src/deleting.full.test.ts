import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { copyRepository } from "./test-copy.ts";

// What docs/deleting.md says can be deleted, deleted in a copy.

const list = path.join(import.meta.dirname, "../../setup/src/delete/parts.yaml");
const parts = Object.keys(parse(readFileSync(list, "utf8")) as object);

test.each(parts)(
  "a clone without %s passes its check and its tests, and is built",
  async (part) => {
    const copy = await copyRepository();
    onTestFinished(() => copy.remove());
    const succeed = async (script: string, args = "") => {
      const { failed, output } = await copy.run(script, args);
      expect(failed, `pnpm ${script} ${args}\n${output}`).toBe(false);
    };
    await succeed("app:delete", part);
    await copy.refresh();
    await succeed("check");
    await succeed("test");
    await succeed("build");
  },
  3_600_000,
);
