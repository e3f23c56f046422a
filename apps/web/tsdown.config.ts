import { defineConfig } from "tsdown";

export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  deps: { alwaysBundle: [/^@repo\//, /^react(-dom)?($|\/)/] },
  copy: ["src/ui/style.css", "src/ui/page.js", "public"],
  // React renders four times as fast without its development checks, whatever NODE_ENV says.
  dts: false,
});
