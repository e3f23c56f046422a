import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { exampleEnv } from "@repo/testing/example-env";

export const key = "a key of the tests with 32 characters";

/** Workers as `pnpm dev` runs them, each a process of its own. */
export function createWorkers() {
  let workers: ChildProcess[] = [];
  return {
    /** @param sesLocal its address @param args of the command line */
    start(databaseUrl: string, sesLocal: string, env: NodeJS.ProcessEnv = {}, args: string[] = []) {
      const worker = spawn(process.execPath, ["--import", "tsx", "src/dev.ts", ...args], {
        cwd: `${import.meta.dirname}/..`,
        env: {
          ...exampleEnv(),
          TSX_TSCONFIG_PATH: "../../tsconfig.base.json",
          DATABASE_URL: databaseUrl,
          EMAIL_KEY: key,
          AUTH_SECRET: "a secret of the tests with 32 characters",
          UNSUBSCRIBE_KEY: "a key of links of the tests of 32 characters",
          OPT_OUT_KEY: "a key of opt-outs of the tests of 32 characters",
          EMAIL_FROM: "Example <hello@example.com>",
          AWS_REGION: "us-east-1",
          AWS_ACCESS_KEY_ID: "local",
          AWS_SECRET_ACCESS_KEY: "local",
          AWS_ENDPOINT_URL_SESV2: sesLocal,
          ...env,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      workers.push(worker);
      let output = "";
      for (const stream of [worker.stdout, worker.stderr]) {
        stream.on("data", (data) => {
          output += data;
        });
      }
      return { worker, output: () => output };
    },
    /** Kills (-9) all that still run. */
    async kill() {
      const alive = workers.filter(
        (worker) => worker.exitCode === null && worker.signalCode === null,
      );
      workers = [];
      await Promise.all(alive.map((worker) => (worker.kill("SIGKILL"), once(worker, "exit"))));
    },
  };
}
