// Pulumi's Node.js runtime: how the program is started.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

export interface Start {
  folder: string;
  project: string;
  stack: string;
  config: Record<string, string>;
  preview: boolean;
  /** Where the engine and the resource monitor listen: `127.0.0.1:4000`. */
  engine: string;
  /** The name server to ask. Default: the machine's. */
  nameServer?: string;
}

export interface End {
  exitCode: number | null;
  printed: string;
}

/** Runs the program once. */
export type Runtime = (start: Start) => Promise<End>;

// The compile cache makes each start a fifth faster.
const ENV = {
  PATH: process.env.PATH ?? "",
  NODE_COMPILE_CACHE: fileURLToPath(new URL("../node_modules/.cache/tests", import.meta.url)),
};

/** In a process of its own, as Pulumi's CLI starts it; it asks the machine's name server. */
export const ownProcess: Runtime = async (start) => {
  const { folder, project, stack, config, preview, engine } = start;
  const child = spawn(
    process.execPath,
    [
      require.resolve("@pulumi/pulumi/cmd/run/index.js"),
      `--monitor=${engine}`,
      `--engine=${engine}`,
      `--project=${project}`,
      `--stack=${stack}`,
      "--organization=organization",
      `--pwd=${folder}`,
      `--dry-run=${preview}`,
      "--parallel=16",
      ".",
    ],
    {
      env: {
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_NODEJS_TYPESCRIPT: "false",
        ...ENV,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { exitCode, printed: (await printed).join("\n") };
};

/**
 * In one process for many runs, one after the other, as Pulumi's Automation API runs a program
 * (runtime-server.ts). A start of its own costs each run a second, nearly all of it loading.
 */
export function sharedProcess(): { runtime: Runtime; stop: () => Promise<void> } {
  const child: ChildProcess = fork(new URL("runtime-server.ts", import.meta.url), {
    // Makes each run a fifth faster: otherwise Pulumi takes a stack trace for every promise.
    execArgv: ["--stack-trace-limit=0"],
    env: ENV,
  });
  let last: Promise<unknown> = Promise.resolve();
  const one: Runtime = async (start) => {
    const ended = new AbortController();
    const died = once(child, "exit", ended).then(([code]): never => {
      throw new Error(`the runtime ended with ${String(code)}; what it said is above`);
    });
    child.send(start);
    try {
      const [end] = (await Promise.race([once(child, "message", ended), died])) as [End];
      return end;
    } finally {
      died.catch(() => undefined);
      ended.abort();
    }
  };
  return {
    runtime(start) {
      const next = last.then(() => one(start));
      last = next.catch(() => undefined);
      return next;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, "exit");
    },
  };
}
