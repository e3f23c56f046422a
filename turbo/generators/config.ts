import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlopTypes } from "@turbo/gen";
import { defaultLocale, locales } from "../../packages/locales/src/locales.ts";

/** `pnpm email:new`, or `pnpm email:new --args order-shipped account`. */
export default function generators(plop: PlopTypes.NodePlopAPI): void {
  const root = plop.getDestBasePath();
  const source = join(root, "packages", "templates", "src");

  /** Adds a line above those of the other emails. */
  function register(file: string, name: string, part: string): string {
    const [symbol] = part.split(".");
    const line = `export { ${symbol} as "${name}" } from "./${name}/${part}";\n`;
    const list = join(source, "emails", file);
    const edited = readFileSync(list, "utf8").replace(/^export /m, `${line}export `);
    if (!edited.includes(line)) throw new Error(`Add this line to ${list} by hand:\n${line}`);
    writeFileSync(list, edited);
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
        () => register("schemas.ts", name, "schema.ts"),
        () => register("templates.ts", name, "template.tsx"),
        () => format(parts.map((part) => `emails/${name}/${part}`)),
        () =>
          `Now write packages/templates/src/emails/${name}; the preview shows every change at once.`,
      ];
    },
  });
}
