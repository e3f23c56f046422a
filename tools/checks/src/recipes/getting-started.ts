import { expect } from "vitest";
import type { Copy } from "../test-copy.ts";
import { all, insert } from "./recipe.ts";

/** A section of docs/getting-started.md: what a person does there. */
export interface Step {
  /** `1. Create the email` */
  title: string;
  /** Lines of its shell blocks. */
  commands: string[];
  /** File → what to paste into it. */
  files: Record<string, string>;
  /** The lines to add to a file of the app. They stand in a block that names no file. */
  addedToApp: string[];
}

export function readSteps(page: string): Step[] {
  return page
    .split(/^## (?=\d+\. )/m)
    .slice(1)
    .map((section) => {
      const blocks = [...section.matchAll(/^```(\w+)(?: file=(\S+))?\n(.*?)^```$/gms)].map(
        ([, language, file, code = ""]) => ({ language, file, code }),
      );
      const lines = (code: string) => code.split("\n").filter((line) => line && line !== "// …");
      return {
        title: section.slice(0, section.indexOf("\n")),
        commands: blocks
          .filter(({ language }) => language === "sh")
          .flatMap(({ code }) => lines(code)),
        files: Object.fromEntries(blocks.flatMap(({ file, code }) => (file ? [[file, code]] : []))),
        addedToApp: blocks
          .filter(({ language, file }) => language === "ts" && !file)
          .flatMap(({ code }) => lines(code)),
      };
    });
}

/** Does in the copy what the step says. A command that fails, fails the test. */
export async function follow(copy: Copy, step: Step): Promise<void> {
  for (const [file, code] of Object.entries(step.files)) await copy.change(file, () => code);
  const [imported, , registered] = step.addedToApp;
  if (imported && registered) {
    const edit = all(
      insert('import { home } from "./pages/home.tsx";\n', `${imported}\n`),
      insert("  app.use(home());\n", `  ${registered}\n`),
    );
    await copy.change("apps/web/src/app.ts", edit);
  }
  for (const command of step.commands) {
    const [, script = "", args] = /^pnpm ([\w:]+) (.*)$/.exec(command) ?? [];
    const [, name = "", file] = /^pnpm --filter (\S+) test (\S+)$/.exec(command) ?? [];
    const { failed, output } = await (script ? copy.run(script, args) : copy.test(name, file));
    expect(failed, `${command}\n${output}`).toBe(false);
  }
}
