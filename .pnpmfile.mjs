// Corrects two things in the manifests of packages before pnpm reads them.
//
// The packages that contain Node.js declare `os` and `cpu` as strings, which pnpm leaves out of the
// lockfile: it would install the binaries of every platform, or the wrong one. Their Linux binaries
// need glibc. On musl (Alpine) they must be left out, so that the machine's own Node.js runs.
//
// If a package has an optional peer, and any other package of the workspace installs that peer, pnpm
// gives it to both. Express would then get, in production, what only the benchmarks need.
const OPTIONAL_PEERS = ["@opentelemetry/api", "supports-color"];

function readPackage(pkg) {
  const match = /^node-(?:bin-)?(darwin|linux|win)-(arm64|x64)$/.exec(pkg.name ?? "");
  if (match) {
    pkg.os = [match[1] === "win" ? "win32" : match[1]];
    pkg.cpu = [match[2]];
    if (match[1] === "linux") pkg.libc = ["glibc"];
  }
  for (const peer of OPTIONAL_PEERS) {
    if (!pkg.peerDependenciesMeta?.[peer]?.optional) continue;
    delete pkg.peerDependenciesMeta[peer];
    delete pkg.peerDependencies?.[peer];
  }
  return pkg;
}

export const hooks = { readPackage };
