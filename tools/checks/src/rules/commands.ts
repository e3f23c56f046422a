import type { Rule } from "../repository.ts";

// pnpm's own commands that the documents may name.
const OWN = new Set([
  "add",
  "dlx",
  "exec",
  "install",
  "outdated",
  "remove",
  "store",
  "update",
  "why",
]);

/** Every `pnpm …` command in a document exists. */
export const commands: Rule = ({ files, packages, read }) => {
  const root = Object.keys(packages[0]?.manifest.scripts ?? {});
  const everywhere = packages.flatMap(({ manifest }) => Object.keys(manifest.scripts ?? {}));

  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((file) =>
      commandsIn(read(file))
        .filter(({ script, filtered }) => !known(script, filtered ? everywhere : root))
        .map(
          ({ line, script }) =>
            `${file}:${line}: there is no \`pnpm ${script}\`; correct the name, or add the script to package.json`,
        ),
    );
};

function known(script: string, names: string[]): boolean {
  if (OWN.has(script)) return true;
  // `pnpm email:*` stands for a group of commands.
  if (script.endsWith("*")) return names.some((name) => name.startsWith(script.slice(0, -1)));
  return names.includes(script);
}

/** Finds `pnpm test`, `pnpm run test`, `npx -y pnpm@12 test`, `pnpm --filter @repo/db test`. */
function commandsIn(markdown: string): { line: number; script: string; filtered: boolean }[] {
  let fenced = false;
  return markdown.split("\n").flatMap((text, index) => {
    if (/^\s*(```|~~~)/.test(text)) fenced = !fenced;
    // In prose, only inline code counts.
    const code = fenced ? [text] : [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
    return code.flatMap((span) =>
      [
        ...span.matchAll(
          /\bpnpm(?:@[\w.]+)?((?:\s+(?:(?:--filter|-F|--dir|-C)[ =]\S+|-\S+))*)(?:\s+run)?\s+([a-z][\w:.-]*\*?)/g,
        ),
      ].map((match) => ({
        line: index + 1,
        script: match[2] ?? "",
        filtered: /\s-/.test(match[1] ?? ""),
      })),
    );
  });
}
