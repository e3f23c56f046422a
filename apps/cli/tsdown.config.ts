import { defineConfig } from "tsdown";

// Only a developer's machine has the embedded database.
const EXTERNAL = ["@repo/postgres-local"];

export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  // Everything else is in the bundle, so that the folder `dist` runs alone.
  deps: { alwaysBundle: (id) => !EXTERNAL.includes(id), neverBundle: EXTERNAL, onlyBundle: false },
  copy: "../../packages/db/prisma/migrations",
  dts: false,
});
