// What `pnpm dev` starts: main.ts, with SNS played by ses-local where SES is.
import { withSesLocal } from "@repo/email/dev";
import { readEnv } from "./env.ts";
import { serve } from "./serve.ts";

await serve(() => withSesLocal(readEnv()));
