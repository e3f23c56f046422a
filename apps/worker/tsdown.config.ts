import { defineConfig } from "tsdown";

export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  // Everything is in the bundle, so that the folder `dist` runs alone.
  deps: { alwaysBundle: /./, onlyBundle: false },
  // React renders four times as fast without its development checks, whatever NODE_ENV says.
  define: { "process.env.NODE_ENV": '"production"' },
  dts: false,
});
