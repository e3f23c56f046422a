import { defineConfig } from "tsdown";

export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  // Bundle the workspace's packages with their dependencies. This package's own dependencies stay
  // outside.
  deps: { alwaysBundle: [/^@repo\//], onlyBundle: false },
  // React renders four times as fast without its development checks, whatever NODE_ENV says.
  define: { "process.env.NODE_ENV": '"production"' },
  dts: false,
});
