// `pnpm start`: runs both programs that `pnpm build` made.
import path from "node:path";
import { root } from "./env.ts";
import { runProgram } from "./run-program.ts";
import { runTogether } from "./together.ts";

const programs = ["web", "worker"].map((app) => path.join(root, "apps", app, "dist", "main.mjs"));
await runProgram(() => runTogether(programs));
