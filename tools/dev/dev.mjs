// The first file of `pnpm dev`. It is JavaScript, so that an older Node.js can run it and show the
// message. The project installs its own Node.js, but not for every platform.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import("./src/dev.ts");
} else {
  console.error(
    `This needs Node.js 22.18 or newer, and ${process.version} runs it: use pnpm dev, ` +
      "which brings its own. If it has none for your platform, install a newer one.",
  );
  process.exitCode = 1;
}
