import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlopTypes } from "@turbo/gen";
import { defaultLocale, locales } from "../../packages/locales/src/locales.ts";
import { categories } from "../../packages/templates/src/categories.ts";
import { nameProblem } from "./name.ts";

export const KINDS = [
  { value: "plain", name: "plain: a text and a button" },
  { value: "list", name: "list: a picture, a list and a button" },
  { value: "receipt", name: "receipt: lines with amounts and a total" },
  { value: "code", name: "code: a one-time code" },
];

interface Answers {
  name: string;
  category: string;
  kind: string;
}

/**
 * The questions of `pnpm email:new`, in the order in which email-new.ts passes its flags. It checks
 * the flags: turbo asks no `validate` about them.
 */
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
      {
        type: "input",
        name: "name",
        message: "Name, in kebab-case (order-shipped)",
        validate: (name: string) => nameProblem(name, root) ?? true,
      },
      {
        type: "list",
        name: "category",
        message: "Category",
        choices: Object.keys(categories),
        // Security email goes first and cannot be turned off: nobody should choose it by accident.
        default: "account",
      },
      { type: "list", name: "kind", message: "Kind", choices: KINDS },
    ],
    actions: (answers) => {
      const { name, category, kind } = answers as Answers;
      const templates = join(root, "turbo", "generators", "templates", kind);
      const files = readdirSync(templates).map((file) => file.replace(/\.tmpl$/, ""));
      const others = locales.filter((locale) => locale !== defaultLocale);
      const onUnknown = category === "security" ? "resend" : "hold";
      const data = { onUnknown, locale: defaultLocale, others };
      return [
        ...files.map((file) => ({
          type: "add",
          path: join(source, "emails", name, file),
          templateFile: join(templates, `${file}.tmpl`),
          data,
        })),
        () => register("schemas.ts", name, "schema.ts"),
        () => register("templates.ts", name, "template.tsx"),
        () => format(files.map((file) => `emails/${name}/${file}`)),
        () =>
          `Now write packages/templates/src/emails/${name}; the preview shows every change at once.`,
      ];
    },
  });
}
