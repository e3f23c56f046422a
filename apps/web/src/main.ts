import { readEnv } from "./env.ts";
import { serve } from "./serve.ts";

await serve(readEnv);
