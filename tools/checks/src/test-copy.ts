import { exec } from "node:child_process";
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { openRepository } from "./repository.ts";

const root = join(import.meta.dirname, "../../..");

/** A copy of the repository that a test may change. */
export interface Copy {
  folder: string;
  /** Of every command that runs in it. */
  env: NodeJS.ProcessEnv;
  /**
   * Changes or creates a file, or deletes it if `edit` returns undefined.
   *
   * @returns a function that undoes the change
   */
  change(
    file: string,
    edit: (text: string) => string | Buffer | undefined,
  ): Promise<() => Promise<void>>;
  /** Runs a script of the root package.json as pnpm does. */
  run(script: string, args?: string): Promise<Ended>;
  /** `pnpm --filter PACKAGE test FILE`, which works without an installed pnpm, too. */
  test(name: string, file?: string): Promise<Ended>;
  /** Reads the scripts of the copy's package.json again. */
  refresh(): Promise<void>;
  /** Runs a command from the root's node_modules. */
  exec(command: string): Promise<Ended>;
  remove(): Promise<void>;
}

interface Ended {
  failed: boolean;
  output: string;
}

/** Copies the repository's files, and links the installed packages. */
export async function copyRepository(): Promise<Copy> {
  const repository = openRepository(root);
  const folder = await makeFolder(await realpath(tmpdir()));
  await chmod(folder, 0o755); // PostgreSQL runs as another user when the tests run as root
  for (const file of repository.files) await cp(join(root, file), join(folder, file));
  // The Prisma client is not committed. Without it, lint would report errors that no test has made.
  const client = "packages/db/src/generated";
  await cp(join(root, client), join(folder, client), { recursive: true });
  for (const each of repository.packages) await linkModules(folder, each.folder);

  let scripts = await readScripts(folder);
  const env = {
    ...withoutOuter(process.env),
    PATH: `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`,
    // The packages are links, so an install would write into the repository itself.
    pnpm_config_verify_deps_before_run: "false",
  };
  const run = (command: string): Promise<Ended> => {
    return new Promise((resolve) => {
      exec(command, { cwd: folder, env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
        // Under CI=true oxlint colours its output despite NO_COLOR.
        const output = stripVTControlCharacters(stdout + stderr);
        resolve({ failed: error !== null, output });
      }).stdin?.end();
    });
  };

  return {
    folder,
    env,
    async change(file, edit) {
      const before = await readFile(join(folder, file), "utf8").catch(() => undefined);
      const after = edit(before ?? "");
      if (after === before) throw new Error(`the change of ${file} changes nothing`);
      await mkdir(dirname(join(folder, file)), { recursive: true });
      if (after === undefined) await rm(join(folder, file));
      else await writeFile(join(folder, file), after);
      return () =>
        before === undefined ? rm(join(folder, file)) : writeFile(join(folder, file), before);
    },
    run: (script, args = "") => run(`${scripts[script]} ${args}`),
    test: (name, file = "") =>
      run(`node tools/dev/src/turbo.ts run test --filter=${name} -- --maxWorkers=1 ${file}`),
    async refresh() {
      scripts = await readScripts(folder);
    },
    exec: run,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Also removes copies of killed test runs. A copy's name has the number of its process. */
async function makeFolder(parent: string): Promise<string> {
  for (const name of await readdir(parent)) {
    const pid = /^checks-copy-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    // A copy of another user cannot be removed.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
  return await mkdtemp(join(parent, `checks-copy-${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function readScripts(folder: string): Promise<Record<string, string>> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return manifest.scripts;
}

/**
 * turbo refuses to run inside turbo, which it detects by its variables. git sets variables for hooks:
 * with them, the copy's git would work on the real repository.
 */
function withoutOuter(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:TURBO|GIT)_/.test(name)));
}

/** Links the installed packages into a package of the copy. Workspace packages link to the copy. */
async function linkModules(copy: string, folder: string): Promise<void> {
  const installed = join(root, folder, "node_modules");
  const links = join(copy, folder, "node_modules");
  // On Windows only a junction needs no privilege.
  if (folder === ".") return symlink(installed, links, "junction");
  for (const name of await readdir(installed).catch(() => [])) {
    const names = name.startsWith("@")
      ? (await readdir(join(installed, name))).map((inner) => join(name, inner))
      : [name];
    for (const each of names.filter((entry) => entry === ".bin" || !entry.startsWith("."))) {
      const target = relative(root, await realpath(join(installed, each)));
      const own = each !== ".bin" && !target.startsWith(`node_modules${sep}`);
      await mkdir(dirname(join(links, each)), { recursive: true });
      await symlink(join(own ? copy : root, target), join(links, each), "junction");
    }
  }
}
