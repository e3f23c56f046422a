import path from "node:path";
import { foldersOf } from "@repo/setup/tree";
import type { Rule } from "../repository.ts";

// These pages name only files that exist. Other pages also name files that a reader creates.
const MAPS = ["AGENTS.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "SECURITY.md"];

/** Every linked file exists, and every file that a map of the repository names. */
export const paths: Rule = ({ files, read }) => {
  const folders = new Set([".", ...files.flatMap(foldersOf)]);
  const exists = (name: string) => files.includes(name) || folders.has(name.replace(/\/$/, ""));
  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) => {
      const text = read(file).replaceAll(/^```.*?^```$/gms, "");
      const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#]+)/g)].map(([, target = ""]) =>
        path.posix.join(path.posix.dirname(file), target),
      );
      const named = [...text.matchAll(/`((?:apps|docs|infra|packages|tools|turbo)\/[\w./-]+)`/g)];
      const mapped = MAPS.includes(file) ? named.map(([, target = ""]) => target) : [];
      return [...links, ...mapped]
        .filter((target) => !exists(target))
        .map((target) => `${file}: there is no ${target}; correct the path`);
    });
};
