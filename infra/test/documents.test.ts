// The commands of the documents: they parse, they exist, and in their order they make a
// configuration that the program takes.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as sesv2 from "@aws-sdk/client-sesv2";
import { describe, expect, inject, test } from "vitest";
import { KEYS } from "../src/config/keys.ts";
import { readSettings } from "../src/config/settings.ts";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const PAGES = [
  "infra/README.md",
  "infra/dns.md",
  "infra/recovery.md",
  "infra/configuration.md",
  "docs/production.md",
  "docs/first-run.md",
];
const scripts = (file: string) =>
  Object.keys((JSON.parse(read(file)) as { scripts: object }).scripts);

/** Blocks of commands, each as one script. */
function blocksOf(page: string): string[] {
  return [...read(page).matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = ""]) => block);
}

/** Commands of the page in their order, those inside a sentence too. */
function commandsOf(page: string): string[] {
  const text = read(page).replaceAll(/\\\n\s*/g, "");
  return [
    ...text.matchAll(
      /(?:^ *|&& |`)(?:AWS_PROFILE=\w+ )?((?:pulumi|pnpm|aws|npx pulumi) [^`\n&|]+)/gm,
    ),
  ].map(([, command = ""]) => command.trim());
}

describe.each(PAGES)("%s", (page) => {
  test("has commands that a shell can read", () => {
    for (const block of blocksOf(page)) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: block, encoding: "utf8" });
      expect(stderr).toBe("");
      expect(status).toBe(0);
    }
  });

  test("sets keys that there are, to values that are taken", () => {
    const parsers = KEYS as Record<string, { parse: (value: string) => unknown }>;
    for (const command of commandsOf(page)) {
      const [, verb, key = "", value] =
        /^pulumi config (set|rm) ([\w:]+)(?: (\S+))?$/.exec(command) ?? [];
      if (!verb || key === "aws:region") continue;
      expect(Object.keys(KEYS), command).toContain(key);
      if (value) expect(() => parsers[key]!.parse(value), command).not.toThrow();
    }
  });

  test("names scripts that there are", () => {
    for (const command of commandsOf(page)) {
      const [, name = ""] = /^pnpm (?:--dir infra )?([\w:-]+)/.exec(command) ?? [];
      if (!name || ["install", "run"].includes(name)) continue;
      const where = command.includes("--dir infra") ? "infra/package.json" : "package.json";
      expect(scripts(where), command).toContain(name);
    }
  });

  test("names operations that SES has", () => {
    for (const command of commandsOf(page)) {
      const [, operation] = /^aws sesv2 ([\w-]+)/.exec(command) ?? [];
      if (!operation) continue;
      const name = operation.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) =>
        letter.toUpperCase(),
      );
      expect(Object.keys(sesv2), command).toContain(`${name}Command`);
    }
  });

  test("asks DNS for a type of record, because dig alone asks for addresses", () => {
    for (const [command] of read(page).matchAll(/(?<=^|`)dig [^`\n]+/gm)) {
      expect(command).toMatch(/^dig \+short (CNAME|MX|TXT|NS) /);
    }
  });

  test("names subcommands that Pulumi has", () => {
    for (const command of commandsOf(page)) {
      const words = command
        .replace(/^npx /, "")
        .replace(/ -C infra/, "")
        .split(" ");
      if (words[0] !== "pulumi" || words.length === 1) continue;
      expect(PULUMI, command).toContain(
        ["stack", "config", "state"].includes(words[1]!) && /^[a-z]/.test(words[2] ?? "")
          ? `${words[1]} ${words[2]}`
          : words[1],
      );
    }
  });
});

// Of pulumi.com/docs/iac/cli/commands.
const PULUMI =
  `cancel, destroy, login, preview, refresh, stack, up, version, config get, config refresh, config rm,
  config set, state unprotect, stack change-secrets-provider, stack init, stack output,
  stack rename, stack rm, stack select`.split(/,\s+/);

test("the walk, step by step, makes a configuration that the program takes at each update", () => {
  const { text } = section("infra/README.md", "From nothing to a verified domain");
  const config: Record<string, string> = {};
  let updates = 0;
  for (const [, key, value, update] of text.matchAll(
    /pulumi config set ([\w:]+) (\S+)|(pnpm infra:up|pnpm infra:preview)$/gm,
  )) {
    if (key) config[key.includes(":") ? key : `product:${key}`] = value!.replaceAll("'", "");
    if (!update) continue;
    updates += 1;
    expect(() => readSettings({ project: "product", stack: "dev", raw: config })).not.toThrow();
  }
  expect(updates).toBeGreaterThan(2);
});

test("the recovery of a lost state makes a configuration that the program takes", () => {
  const { text } = section("infra/recovery.md", "The state is lost");
  const raw = Object.fromEntries(
    [...text.matchAll(/pulumi config set ([\w:]+) (\S+)/g)].map(([, key = "", value = ""]) => [
      key.includes(":") ? key : `product:${key}`,
      value,
    ]),
  );
  expect(readSettings({ project: "product", stack: "dev", raw }).identity).toBe("import");
});

test("after a leak, the name of the new key is not one that a rotation may have left", () => {
  const { text } = section("infra/recovery.md", "A key has leaked");
  const names = [...text.matchAll(/pulumi config set accessKeys (\w+)/g)].map(([, name]) => name);
  const used = section("infra/README.md", "Rotating the key").text.split("Next time:")[0]!;
  expect(text).toContain("pulumi config get accessKeys");
  expect(used).toContain("accessKeys a,b");
  expect(used).not.toMatch(new RegExp(`accessKeys .*\\b${names.at(-1)}\\b`));
});

test("the list for the first run counts what is made", () => {
  const { up } = inject("runs")["manual-sqs-user"]!;
  const numbers = [...read("docs/first-run.md").matchAll(/"(\d+) (?:to create|unchanged)/g)];
  expect(numbers.map(([, number]) => Number(number))).toEqual(
    numbers.map(() => up.resources.length),
  );
  expect(numbers.length).toBeGreaterThan(1);
});

// A product has neither (tools/setup/src/init/starter.yaml).
const asksForReport = read("docs/first-run.md").includes('template "First real run"');

test.runIf(asksForReport)("the template of the first run has a line for each step", () => {
  const steps = [...read("docs/first-run.md").matchAll(/^\| (\d+) /gm)].map(([, step]) => step);
  const template = read(".github/ISSUE_TEMPLATE/first-run.yml");
  expect([...template.matchAll(/^ +(\d+)\.$/gm)].map(([, step]) => step)).toEqual(steps);
});

test("what the documents name in infra is there", () => {
  for (const page of PAGES.slice(0, 3)) {
    for (const [, file = ""] of read(page).matchAll(/`((?:src|test)\/[\w./-]+)`/g)) {
      expect(existsSync(new URL(`../${file}`, import.meta.url)), file).toBe(true);
    }
  }
});

function section(page: string, title: string): { text: string } {
  const [, rest = ""] = read(page).split(`## ${title}\n`);
  return { text: rest.split(/^## /m)[0] ?? "" };
}
