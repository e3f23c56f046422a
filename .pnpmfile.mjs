// Two things that packages say of themselves and pnpm had better not hear.
//
// The packages that carry Node.js itself declare `os` and `cpu` as strings,
// which pnpm drops from the lockfile: it would install the binaries of every
// platform, or the wrong one. They are also built against glibc: on musl
// (Alpine) they must be left out so that the host's own Node runs.
//
// Where one package of the workspace needs what another names as an optional
// peer, pnpm hands it to both: Express, in production, would get what only
// the benchmarks' queues bring along.
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
