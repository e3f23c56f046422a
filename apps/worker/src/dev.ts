// What `pnpm dev` starts: main.ts, with SNS played by ses-local where SES is.
import { fetchFromSesLocal } from "@repo/email/dev";
import { start } from "./start.ts";

await start(({ AWS_ENDPOINT_URL_SESV2: sesLocal }) =>
  sesLocal === undefined ? undefined : fetchFromSesLocal(sesLocal),
);
