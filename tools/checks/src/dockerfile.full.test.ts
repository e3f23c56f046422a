import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { parse } from "yaml";
import { openRepository } from "./repository.ts";

const root = path.join(import.meta.dirname, "../../..");

const folder = await mkdtemp(path.join(tmpdir(), "docker-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Stage {
  name: string;
  from: string;
  instructions: [instruction: string, rest: string][];
}

/** The stages of a Dockerfile without heredocs. */
function stagesOf(text: string): Stage[] {
  const lines = text.replaceAll(/\\\n/g, " ").split("\n");
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, instruction = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    const [, from = "", name = ""] = /^(\S+) AS (\S+)$/.exec(rest) ?? [];
    if (instruction === "FROM") stages.push({ name, from, instructions: [] });
    else if (instruction) stages.at(-1)?.instructions.push([instruction, rest]);
  }
  return stages;
}

/**
 * Does what COPY and RUN say, each stage in a folder in place of its working directory. This shows
 * that no file is missing and each command works. It does not show that Docker builds it.
 */
async function build(stages: Stage[], context: string): Promise<(stage: string) => string> {
  const at = (stage: string) => path.join(folder, stage);
  for (const { name, instructions } of stages) {
    await mkdir(at(name), { recursive: true });
    for (const [instruction, rest] of instructions) {
      if (instruction === "RUN") {
        // Of this machine: a proxy, a registry, certificates.
        const env = { ...process.env, NODE_ENV: undefined };
        await promisify(execFile)("sh", ["-c", rest], { cwd: at(name), env });
      } else if (instruction === "COPY") {
        const [, stage, source = "", target = ""] =
          /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(rest) ?? [];
        // `/repo` is the working directory of the stages that others copy from.
        const from = stage
          ? path.join(at(stage), source.replace("/repo/", ""))
          : path.join(context, source);
        const isFile = !source.endsWith("/") && source !== ".";
        const to = path.join(at(name), target, isFile ? path.basename(source) : "");
        await cp(from, to, { recursive: true, verbatimSymlinks: true });
      }
    }
  }
  return at;
}

it("builds the images: each has its app, which starts alone, and one has all", async () => {
  const context = path.join(folder, "context");
  for (const file of openRepository(root).files)
    if (!file.startsWith("infra/")) await cp(path.join(root, file), path.join(context, file));
  const stages = stagesOf(await readFile(path.join(root, "Dockerfile"), "utf8"));
  const at = await build(stages, context);
  for (const app of ["web", "worker", "cli", "all/web", "all/worker", "all/cli"]) {
    const start = promisify(execFile)(process.execPath, ["main.mjs", "log"], {
      cwd: at(app),
      env: {},
    });
    await expect(start).rejects.toMatchObject({ code: 1 });
    await expect(start).rejects.toThrow(/cannot start|DATABASE_URL is not set|Unexpected argument/);
  }
  const compose = parse(await readFile(path.join(root, "compose.yaml"), "utf8")) as {
    services: Record<string, { build?: { target: string } }>;
  };
  const targets = Object.values(compose.services).flatMap((one) => one.build?.target ?? []);
  expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(targets));
}, 300_000);
