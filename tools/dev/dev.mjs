// The first file of `pnpm dev`, in JavaScript: an older Node.js could not tell what is wrong
// with a .ts file. The project brings its own Node.js; this is for platforms without one.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  await import("./src/dev.ts");
} else {
  console.error(
    `Install Node.js 22.18 or newer: there is none in this project for this platform, and yours is ${process.version}.`,
  );
  process.exitCode = 1;
}
