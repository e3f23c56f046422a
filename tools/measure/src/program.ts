import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { withEnv } from "./env.ts";

/** A program's functions by name. Arguments and results are sent as structured clones. */
export type Handlers = Record<string, (input: never) => unknown>;

/** A process whose handlers are called like functions. */
export interface Program<H extends Handlers> {
  pid: number;
  /** @throws the handler's error, or an Error that the program has ended */
  call<N extends keyof H & string>(
    name: N,
    ...input: Parameters<H[N]>
  ): Promise<Awaited<ReturnType<H[N]>>>;
  /** Ends it and waits for its end. Default: SIGTERM. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

// A program is ready once it answers.
const READY = "ready";

type Request = { id: number; name: string; input: unknown };
type Reply = { id: number; value?: unknown; error?: unknown };

const tsconfig = fileURLToPath(new URL("../../../tsconfig.base.json", import.meta.url));

/**
 * Starts a program in its own process, as in production. It ends when the process that started it
 * has ended in any way.
 *
 * @param file its address: `import.meta.resolve("./program.ts")`; it must call `serve`
 * @param options.env added to this process's environment
 * @param options.nodeArgs for Node.js itself
 */
export async function startProgram<H extends Handlers>(
  file: string,
  options: { env?: NodeJS.ProcessEnv; nodeArgs?: string[] } = {},
): Promise<Program<H>> {
  const child = fork(fileURLToPath(file), {
    // tsx: Node.js strips types, but templates are JSX. It works at loading time only.
    execArgv: ["--import", import.meta.resolve("tsx"), ...(options.nodeArgs ?? [])],
    env: withEnv({
      TSX_TSCONFIG_PATH: tsconfig,
      NODE_ENV: "production",
      ...options.env,
    }),
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, (reply: Omit<Reply, "id">) => void>();
  let ended: Error | undefined;
  child.on("message", ({ id, ...reply }: Reply) => {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  });
  child.on("exit", (code, signal) => {
    ended = new Error(`${file} ended with ${signal ?? code}`);
    for (const settle of waiting.values()) settle({ error: ended });
    waiting.clear();
  });
  let calls = 0;

  const program: Program<H> = {
    pid: child.pid ?? 0,
    call(name, ...[input]) {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        const id = ++calls;
        waiting.set(id, ({ value, error }) =>
          error === undefined ? resolve(value as never) : reject(error),
        );
        child.send({ id, name, input } satisfies Request);
      });
    },
    async stop(signal = "SIGTERM") {
      if (ended) return;
      const exit = once(child, "exit");
      child.kill(signal);
      await exit;
    },
  };
  await (program as Program<{ [READY]: () => void }>).call(READY);
  return program;
}

/** Answers the calls of the parent process until the parent has ended. */
export function serve(handlers: Handlers): void {
  // Nobody reads the answers any more.
  process.once("disconnect", () => process.exit());
  // By process.exit, so that Node.js writes its CPU profile.
  process.once("SIGTERM", () => process.exit());
  process.on("message", ({ id, name, input }: Request) => {
    Promise.resolve()
      .then(() => (name === READY ? undefined : handlers[name]?.(input as never)))
      .then(
        (value) => process.send?.({ id, value } satisfies Reply),
        (error: unknown) => process.send?.({ id, error } satisfies Reply),
      );
  });
}
