import { execFile } from "node:child_process";
import { chmod, mkdtemp, realpath, rm } from "node:fs/promises";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished } from "vitest";

const root = path.join(import.meta.dirname, "../../..");
const { packageManager } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
  packageManager: string;
};

/** A git repository in a temporary folder, with real packages, as on a person's machine. */
export interface Folder {
  at(file: string): string;
  has(file: string): boolean;
  read(file: string): string;
  write(file: string, text: string): void;
  edit(file: string, by: (text: string) => string): void;
  list(folder: string): string[];
  /** A command that fails, fails the test. */
  git(...args: string[]): Promise<string>;
  pnpm(...args: string[]): Promise<string>;
  /** A command that succeeds, fails the test. */
  refused(...args: string[]): Promise<string>;
  commit(message: string): Promise<void>;
  /** As docs/releasing.md does it. */
  tag(version: string): Promise<string>;
}

export async function makeFolder(): Promise<Folder> {
  const folder = await mkdtemp(path.join(await realpath(tmpdir()), "updating-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  await chmod(folder, 0o755); // PostgreSQL runs as another user when the tests run as root
  const at = (file: string) => path.join(folder, file);
  const read = (file: string) => readFileSync(at(file), "utf8");
  const run = (program: string, args: string[]) =>
    new Promise<{ failed: boolean; output: string }>((resolve) => {
      const options = { cwd: folder, env: cleanEnv(), maxBuffer: 2 ** 26 };
      execFile(program, args, options, (error, stdout, stderr) => {
        const output = stripVTControlCharacters(stdout + stderr);
        resolve({ failed: error !== null, output: error && !output ? error.message : output });
      });
    });
  const succeed = async (program: string, args: string[]) => {
    const { failed, output } = await run(program, args);
    expect(failed, `${[program, ...args].join(" ")}\n${output}`).toBe(false);
    return output.trimEnd();
  };
  const author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"];
  const git = (...args: string[]) => succeed("git", [...author, ...args]);
  return {
    at,
    read,
    git,
    has: (file) => existsSync(at(file)),
    write(file, text) {
      mkdirSync(path.dirname(at(file)), { recursive: true });
      writeFileSync(at(file), text);
    },
    edit: (file, by) => writeFileSync(at(file), by(read(file))),
    list: (each) => readdirSync(at(each)).toSorted(),
    pnpm: (...args) => succeed("npx", ["-y", packageManager, ...args]),
    async refused(...args) {
      const { failed, output } = await run("npx", ["-y", packageManager, ...args]);
      expect(failed, output).toBe(true);
      return output;
    },
    tag: (version) => git("tag", "-a", `v${version}`, "-m", version),
    async commit(message) {
      await git("add", "--all");
      await git("commit", "--quiet", "--message", message);
    },
  };
}

/** Without what turbo, pnpm and vitest have set for this repository. */
function cleanEnv(): NodeJS.ProcessEnv {
  const own = /^(?:GIT_|TURBO_|npm_|pnpm_|VITEST|NODE_ENV$|INIT_CWD$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}
