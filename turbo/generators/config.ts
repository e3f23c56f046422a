import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlopTypes } from "@turbo/gen";
import { defaultLocale, locales } from "../../packages/locales/src/locales.ts";

/** `pnpm email:new`, or `pnpm email:new --args order-shipped account`. */
export default function generators(plop: PlopTypes.NodePlopAPI): void {
  const root = plop.getDestBasePath();
  const source = join(root, "packages", "templates", "src");

  /** Adds an import above the other emails' imports, and an entry at the top of the object. */
  function register(file: string, name: string, variable: string, part: string): string {
    const [symbol] = part.split(".");
    const module = `import { ${symbol} as ${variable} } from "./emails/${name}/${part}";\n`;
    const entry = `\n"${name}": ${variable},`;
    const edited = readFileSync(join(source, file), "utf8")
      .replace(/^import .* from "\.\/emails\//m, (first) => module + first)
      .replace(/^export const .* = \{$/m, (head) => head + entry);
    if (!edited.includes(module) || !edited.includes(entry)) {
      throw new Error(`Found no place for it in ${file}. Add the import and the entry by hand.`);
    }
    writeFileSync(join(source, file), edited);
    return file;
  }

  /** Runs Prettier as a process, because this file is bundled and Prettier cannot be bundled. */
  function format(files: string[]): string {
    const prettier = join(root, "node_modules", "prettier", "bin", "prettier.cjs");
    execFileSync(process.execPath, [prettier, "--write", ...files], { cwd: source });
    return "formatted";
  }

  plop.setGenerator("email", {
    description: "A new email",
    prompts: [
      { type: "input", name: "name", message: "Name, in kebab-case (order-shipped)" },
      { type: "list", name: "category", message: "Category", choices: ["security", "account"] },
    ],
    actions: (answers) => {
      const { name, category } = answers as { name: string; category: string };
      // Checked here, because --args skips a prompt's `validate`.
      if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 50) {
        throw new Error(`"${name}" must be in kebab-case and at most 50 characters long.`);
      }
      const variable = `${plop.renderString("{{camelCase name}}", { name })}Email`;
      const others = locales.filter((locale) => locale !== defaultLocale);
      const onUnknown = category === "security" ? "resend" : "hold";
      const data = { onUnknown, locale: defaultLocale, others };
      const parts = ["schema.ts", "template.tsx"];
      return [
        ...parts.map((part) => ({
          type: "add",
          path: join(source, "emails", name, part),
          templateFile: `templates/${part}.tmpl`,
          data,
        })),
        () => register("registry.ts", name, variable, "schema.ts"),
        () => register("render.ts", name, variable, "template.tsx"),
        () =>
          format(["registry.ts", "render.ts", ...parts.map((part) => `emails/${name}/${part}`)]),
        () =>
          `Now write packages/templates/src/emails/${name}; the preview shows every change at once.`,
      ];
    },
  });
}
