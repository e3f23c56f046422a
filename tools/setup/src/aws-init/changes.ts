import { writeFileSync } from "node:fs";
import path from "node:path";
import { styleText } from "node:util";
import { AppError } from "@repo/errors";
import { isMap, stringify } from "yaml";
import { mergeEnvFile } from "../env-file.ts";
import { saveSecret } from "../save-secret.ts";
import type { Answers } from "./answers.ts";
import { DEFAULTS, type Value, configurationOf, settingsOf } from "./configuration.ts";
import { type Project, type YamlFile, valueOf } from "./project.ts";

// As people write it: [a, b]. No line is folded.
const STYLE = { lineWidth: 0, flowCollectionPadding: false };

/** One value that a file has, or gets. */
export interface Change {
  file: string;
  name: string;
  before: string | undefined;
  after: string | undefined;
}

/** Applies the answers to the project, in memory. */
export function applyAnswers(project: Project, answers: Answers): Change[] {
  const { pulumi, stack, env } = project;
  const changes: Change[] = [];
  const key = (name: string) => `${project.name}:${name}`;
  const before = valueOf(project, key("from"))?.split(",");
  const oldDomain = valueOf(project, key("domain"));
  const others = [env.values["EMAIL_FROM_ACCOUNT"] ?? ""];
  const configuration = Object.entries(configurationOf(answers, before, others));
  if (answers.state) {
    changes.push(...set(pulumi, ["backend", "url"], answers.state));
  }
  changes.push(...set(stack, ["config", "aws:region"], answers.region));
  for (const [name, value] of configuration) {
    const isDefault = value === undefined && valueOf(project, key(name)) === DEFAULTS[name];
    if (!isDefault) changes.push(...set(stack, ["config", key(name)], value));
  }
  const isLocal = env.name === ".env";
  for (const [name, value] of settingsOf(answers, env.values, isLocal, oldDomain)) {
    const old = env.values[name] || undefined;
    if (old !== value) changes.push({ file: env.name, name, before: old, after: value });
  }
  return changes;
}

function set({ name: file, document }: YamlFile, where: [string, string], value: Value): Change[] {
  const [section, name] = where;
  const old = document.getIn(where) === undefined ? undefined : flat(document.toJS(), where);
  const after = value === undefined ? undefined : inline(value);
  if (old === after) return [];
  if (!document.has(section) || !isMap(document.get(section, true))) {
    document.set(section, document.createNode({}));
  }
  if (value === undefined) document.deleteIn(where);
  else document.setIn(where, document.createNode(value, { flow: true }));
  return [{ file, name: section === "config" ? name : where.join("."), before: old, after }];
}

function flat(content: unknown, [section, name]: [string, string]): string {
  return inline((content as Record<string, Record<string, unknown>>)[section]?.[name]);
}

/** On one line, as the file writes it. */
const inline = (value: unknown) => stringify(value, { ...STYLE, collectionStyle: "flow" }).trim();

/** The changes as a diff, with a heading for each file. It has only values of this command. */
export function showChanges(changes: Change[]): string {
  const files = [...new Set(changes.map(({ file }) => file))];
  return files
    .map((name) => {
      const lines = changes
        .filter(({ file }) => file === name)
        .flatMap((change) => [
          line("-", "red", change, "before"),
          line("+", "green", change, "after"),
        ])
        .filter((text) => text !== undefined);
      return [styleText("bold", name), ...lines].join("\n");
    })
    .join("\n\n");
}

function line(
  sign: string,
  colour: "red" | "green",
  change: Change,
  which: "before" | "after",
): string | undefined {
  const value = change[which];
  if (value === undefined) return undefined;
  const between = change.file.endsWith(".yaml") ? ": " : "=";
  return styleText(colour, `  ${sign} ${change.name}${between}${value}`);
}

/**
 * Writes the changed files.
 *
 * @throws SetupError if git would commit the env file; AppError `FILE_UNWRITABLE`
 */
export function writeChanges(project: Project, changes: Change[]): void {
  const { root, env } = project;
  const changed = new Set(changes.map(({ file }) => file));
  if (changed.has(env.name)) {
    const settings = new Map(
      changes.filter(({ file }) => file === env.name).map(({ name, after = "" }) => [name, after]),
    );
    const text = mergeEnvFile(env.text, settings, "By pnpm aws:init");
    saveSecret(path.resolve(root, env.name), text);
  }
  for (const { name, document, isNew } of [project.pulumi, project.stack]) {
    if (!changed.has(name)) continue;
    if (isNew) document.commentBefore = " By pnpm aws:init. configuration.md has every key.";
    try {
      writeFileSync(path.resolve(root, name), document.toString(STYLE));
    } catch (error) {
      const { code = "" } = error as { code?: string };
      throw new AppError("FILE_UNWRITABLE", `${name} cannot be written (${code}).`, {
        cause: error,
      });
    }
  }
}
