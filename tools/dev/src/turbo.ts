// Runs turbo for the scripts of package.json: `node tools/dev/src/turbo.ts run test`.
import { spawn } from "node:child_process";
import path from "node:path";
import { root, turboEnv } from "./env.ts";

const turbo = path.join(root, "node_modules", "turbo", "bin", "turbo");
const child = spawn(process.execPath, [turbo, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: turboEnv(),
});
// Ctrl-C reaches turbo as well, and we end when turbo ends.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => child.kill());
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
