// The first file of `pnpm dev`, in JavaScript: an older Node.js could not even say what is
// wrong with a .ts file. The project brings its own; this is for platforms without one.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import("./src/dev.ts");
} else {
  console.error(
    `This needs Node.js 22.18 or newer, and ${process.version} runs it: use pnpm dev, which brings ` +
      "its own, or install a newer one where that has none for the platform.",
  );
  process.exitCode = 1;
}
