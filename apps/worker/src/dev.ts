// `pnpm dev` starts this instead of main.ts. If ses-local plays SES, it plays SNS too.
import { withSesLocal } from "@repo/email/dev";
import { readEnv } from "./env.ts";
import { start } from "./start.ts";

await start(() => withSesLocal(readEnv()));
