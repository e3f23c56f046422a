// Lets Node.js run .tsx files, for `pnpm email:send`. The bundle does not need it.
import path from "node:path";
import { register } from "tsx/esm/api";
import { root } from "./env.ts";

register({ tsconfig: path.join(root, "tsconfig.base.json") });
