// What only a developer's machine does. The production bundle does not contain this file.
import { runningPostgres } from "@repo/db/embedded";
import { readEnv } from "./env.ts";
import { serve } from "./serve.ts";

await serve(async () => {
  // `pnpm dev` has started it.
  const url = await runningPostgres(`${import.meta.dirname}/../../../.local/pg`);
  return readEnv(url === undefined ? {} : { DATABASE_URL: url });
});
