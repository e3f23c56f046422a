import { dirname } from "node:path";
import { openTree } from "@repo/setup/tree";

interface Manifest {
  name: string;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  packageManager?: string;
  peerDependencies?: Record<string, string>;
}

interface Package {
  /** Relative to the root, with slashes: `packages/db`. The root itself is `.`. */
  folder: string;
  manifest: Manifest;
}

/** The repository, for the rules. */
export interface Repository {
  root: string;
  /** All files except installed, generated and built ones. Relative to the root, with slashes. */
  files: string[];
  /** The root first. */
  packages: Package[];
  read: (file: string) => string;
}

/** Checks one promise of the repository. Resolves to the violations, one line each. */
export type Rule = (repository: Repository) => string[] | Promise<string[]>;

/** Lists the repository under `root`. It reads only the manifests. */
export function openRepository(root: string): Repository {
  const { files: list, read } = openTree(root);
  const files = list();
  const packages = files
    .filter((file) => /^((?:(?:apps|packages|tools)\/[^/]+|infra)\/)?package\.json$/.test(file))
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(read(file)) as Manifest }))
    .toSorted((a, b) => (a.folder < b.folder ? -1 : 1));
  return { root, files, packages, read };
}
