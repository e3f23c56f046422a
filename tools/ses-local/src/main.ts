import { EnvError, readEnv } from "./env.ts";
import { start } from "./start.ts";

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
// If a parent opened an IPC channel, this process ends with the parent.
if (process.channel) process.on("disconnect", () => process.exit(0));

try {
  const log = (line: string) => console.log(`ses-local: ${line}`);
  const { port, smtpPort, subscribe } = await start(readEnv(), log);
  log(`inbox and SES API on http://localhost:${port}, SMTP on localhost:${smtpPort}`);
  console.log(JSON.stringify({ ready: true, port, smtpPort }));
  await subscribe();
} catch (error) {
  console.error(`ses-local: ${error instanceof EnvError ? error.message : explain(error)}`);
  process.exit(1);
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
