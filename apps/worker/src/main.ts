import { readEnv } from "./env.ts";
import { runWorker } from "./worker.ts";

await runWorker(readEnv());
