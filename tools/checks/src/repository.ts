import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

interface Manifest {
  name: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

interface Package {
  /** From the root, with slashes: `packages/db`; `.` for the root itself. */
  folder: string;
  manifest: Manifest;
}

/** The repository as the rules see it. */
export interface Repository {
  root: string;
  /** Every file but what is installed, generated or built; from the root, with slashes. */
  files: string[];
  /** The root first. */
  packages: Package[];
  read: (file: string) => string;
}

/** Finds out whether the repository keeps one promise; resolves to what breaks it, a line each. */
export type Rule = (repository: Repository) => string[] | Promise<string[]>;

// Not asked of git, which a copy of the repository may lack.
const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".local",
  ".turbo",
  ".react-email",
  "dist",
  "generated",
]);

/** Lists the repository under `root`; reads no file but the manifests. */
export function openRepository(root: string): Repository {
  const files = list(root, "");
  const read = (file: string) => readFileSync(join(root, file), "utf8");
  const packages = files
    .filter((file) => /^((?:(?:apps|packages|tools)\/[^/]+|infra)\/)?package\.json$/.test(file))
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(read(file)) as Manifest }))
    .toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
  return { root, files, packages, read };
}

function list(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      return SKIPPED.has(entry.name) ? [] : list(root, path);
    }
    // .env and its like hold secrets; only the example belongs to the repository.
    const secret = /^\.env(?!\.example$)/.test(entry.name);
    return entry.isFile() && !secret ? [path] : [];
  });
}
