import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { AppError } from "@repo/errors";
import { type Document, isMap, parseDocument } from "yaml";
import { BRAND } from "../init/clone.ts";

/** A YAML file of Pulumi's. Its comments and its order are kept. */
export interface YamlFile {
  /** Relative to the root. */
  name: string;
  document: Document;
  isNew: boolean;
}

/** The files that the command reads and writes. */
export interface Project {
  root: string;
  /** The project's name, which its keys begin with: `product`. */
  name: string;
  /** The product's name, as its emails show it. */
  brand: string | undefined;
  /** infra/Pulumi.yaml. */
  pulumi: YamlFile;
  /** Where the state is, if Pulumi.yaml says so. */
  backend: string | undefined;
  /** infra/Pulumi.<stack>.yaml: the stack's configuration. */
  stack: YamlFile;
  env: { name: string; text: string; values: Record<string, string | undefined> };
}

/** The stacks that this clone has a file of. */
export function stacksOf(root: string): string[] {
  return readdirSync(path.join(root, "infra"))
    .map((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined && stack !== "example") as string[];
}

/** @throws AppError `FILE_UNREADABLE` */
export function readProject(root: string, stack: string, envFile: string): Project {
  const pulumi = readYaml(root, "infra/Pulumi.yaml");
  const text = readText(root, envFile);
  const brand = readText(root, BRAND);
  const { name = "", backend } = pulumi.document.toJS() as {
    name?: string;
    backend?: { url?: string };
  };
  return {
    root,
    name,
    brand: brand ? (JSON.parse(brand) as { name: string }).name : undefined,
    pulumi,
    backend: backend?.url,
    stack: readYaml(root, `infra/Pulumi.${stack}.yaml`),
    env: { name: envFile, text, values: parseEnv(text) },
  };
}

/** The value of a key of the stack: a text, or a list with commas. */
export function valueOf({ stack }: Project, key: string): string | undefined {
  const config = stack.document.toJS() as { config?: Record<string, unknown> } | null;
  const value = config?.config?.[key];
  if (value === undefined || value === null) return undefined;
  return Array.isArray(value) ? value.join(",") : `${value as string | number | boolean}`;
}

function readYaml(root: string, name: string): YamlFile {
  const text = readText(root, name);
  const document = parseDocument(text);
  const [error] = document.errors;
  const { contents } = document;
  if (!error && (contents === null || isMap(contents)))
    return { name, document, isNew: text === "" };
  const why = error?.message.split("\n", 1)[0] ?? "it is no list of keys and values";
  throw new AppError("FILE_UNREADABLE", `${name} is not YAML that Pulumi reads: ${why}`);
}

export function readText(root: string, name: string): string {
  const file = path.resolve(root, name);
  try {
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  } catch (error) {
    const { code = "" } = error as { code?: string };
    throw new AppError("FILE_UNREADABLE", `${name} cannot be read (${code}).`, { cause: error });
  }
}
