import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { parse } from "yaml";
import { copyRepository } from "./test-copy.ts";

// Deletes each part of docs/deleting.md in a copy.

const list = path.join(import.meta.dirname, "../../setup/src/delete/parts.yaml");
const parts = Object.keys(parse(readFileSync(list, "utf8")) as object);
// Events come by the webhook or the queue. One must stay.
const optional = parts.filter((part) => part !== "webhook");

test.each([
  ...parts.map((part) => [part, [part]] as const),
  ["all that is optional", optional] as const,
])(
  "a clone without %s passes its check and its tests, and is built",
  async (_name, deleted) => {
    // The tests have no network, so use this engine instead of the one that Prisma would download.
    const engine = path.join(import.meta.dirname, "../../prisma-offline/src/schema-engine.ts");
    if (deleted.includes("prisma-offline")) vi.stubEnv("PRISMA_SCHEMA_ENGINE_BINARY", engine);
    onTestFinished(() => void vi.unstubAllEnvs());
    // Its commands have the environment of this moment.
    const copy = await copyRepository();
    onTestFinished(() => copy.remove());
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

test("the printed command undoes a deletion, with its migration", async () => {
  const copy = await copyRepository();
  onTestFinished(() => copy.remove());
  const git = async (command: string) => (await copy.exec(`git ${command}`)).output;
  await git("init --quiet");
  await git("add --all");
  await git("-c user.name=a -c user.email=a@example.com commit --quiet -m before");
  const { output } = await copy.run("app:delete", "api");
  expect(await git("status --porcelain")).toContain("_no_api");

  const undo = /^Undo: (.*)$/m.exec(output)?.[1] ?? "";
  expect(await copy.exec(undo)).toMatchObject({ failed: false });
  expect(await git("status --porcelain")).toBe("");
}, 60_000);
