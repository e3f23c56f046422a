// What `pnpm dev` starts: main.ts, with SNS played by ses-local where SES is.
import { fetchFromSesLocal } from "@repo/email/dev";
import { readEnv } from "./env.ts";
import { serve } from "./serve.ts";

await serve(readEnv, ({ AWS_ENDPOINT_URL_SESV2: sesLocal }) =>
  sesLocal === undefined ? undefined : fetchFromSesLocal(sesLocal),
);
