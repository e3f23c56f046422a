import { cpSync, readdirSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { defineConfig } from "tsdown";

// It has a binary for each platform, which no bundle can contain.
const NATIVE = "@node-rs/argon2";

export default defineConfig({
  entry: "src/main.ts",
  platform: "node",
  // Everything else is in the bundle, so that the folder `dist` runs alone.
  deps: { alwaysBundle: (id) => id !== NATIVE, onlyBundle: false },
  copy: ["src/ui/style.css", "src/ui/page.js", "src/ops/ops.css", "src/ops/ops.js", "public"],
  hooks: { "build:done": copyNative },
  // React renders four times as fast without its development checks, whatever NODE_ENV says.
  define: { "process.env.NODE_ENV": '"production"' },
  dts: false,
});

/** Copies the native package, with its binary for this platform, to `dist/node_modules`. */
function copyNative({ options }: { options: { outDir: string } }): void {
  const { resolve } = createRequire(import.meta.url);
  const beside = path.join(resolve(`${NATIVE}/package.json`), "../..");
  for (const name of readdirSync(beside)) {
    // pnpm links the binary. A link in dist would lead the next build to delete the original.
    const original = realpathSync(path.join(beside, name));
    const copy = path.join(options.outDir, "node_modules", path.dirname(NATIVE), name);
    cpSync(original, copy, { recursive: true });
  }
}
