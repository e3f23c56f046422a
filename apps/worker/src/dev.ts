// What `pnpm dev` starts: main.ts, with SNS played by ses-local where SES is.
import { withSesLocal } from "@repo/email/dev";
import { readEnv } from "./env.ts";
import { start } from "./start.ts";

await start(() => withSesLocal(readEnv()));
