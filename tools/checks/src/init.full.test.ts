import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openRepository } from "./repository.ts";
import { type Copy, copyRepository } from "./test-copy.ts";

// Runs `pnpm app:init` in copies of the repository, as a person does.

const root = path.join(import.meta.dirname, "../../..");
const ROCKET =
  '--name "Rocket & Sons" --tagline "Rockets by email." --support help@rocket.example --color "#a03010" --owner "Rocket Ltd" --upstream https://git.example/starter.git';
const MINUTES = 60_000;

async function freshCopy(): Promise<Copy> {
  const copy = await copyRepository();
  onTestFinished(() => copy.remove());
  return copy;
}

async function succeed(copy: Copy, script: string, args?: string): Promise<string> {
  const { failed, output } = await copy.run(script, args);
  expect(failed, `pnpm ${script} ${args}\n${output}`).toBe(false);
  return output;
}

async function refuse(copy: Copy, args: string): Promise<string> {
  const { failed, output } = await copy.run("app:init", args);
  expect(failed, output).toBe(true);
  return output;
}

const read = (copy: Copy, file: string) => readFileSync(path.join(copy.folder, file), "utf8");
const record = (copy: Copy) => JSON.parse(read(copy, ".starter.json")) as object;

/** All files of a copy, with their texts. */
const texts = ({ folder }: Copy) => {
  const { files } = openRepository(folder);
  return Object.fromEntries(
    files.map((file) => [file, readFileSync(path.join(folder, file), "utf8")]),
  );
};

async function commit(copy: Copy): Promise<void> {
  const git = "git -c user.name=a -c user.email=a@example.com";
  const { failed, output } = await copy.exec(
    `git init --quiet && git add --all && ${git} commit --quiet -m "a step"`,
  );
  expect(failed, output).toBe(false);
}

test.each([
  ["with every part", "none", []],
  [
    "without what many products do not need",
    "bench-and-chaos,e2e,infra,smtp,example-emails",
    ["bench-and-chaos", "e2e", "example-emails", "infra", "smtp"],
  ],
])(
  "a product %s has no trace of the starter, passes its check and tests, is built, and starts",
  async (_, without, leftOut) => {
    const starter = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      name: string;
      version: string;
    };
    const copy = await freshCopy();
    await succeed(copy, "app:init", `${ROCKET} --without ${without} --yes`);
    await copy.refresh();

    const named = Object.entries(texts(copy)).filter(([, text]) =>
      text.toLowerCase().includes(starter.name),
    );
    expect(named.map(([file]) => file)).toEqual(["LICENSE"]);
    expect(record(copy)).toEqual({
      upstream: "https://git.example/starter.git",
      version: starter.version,
      commit: null,
      name: "rocket-sons",
      leftOut,
    });
    expect(read(copy, "README.md")).toMatch(/^# Rocket & Sons\n\nRockets by email\.\n/);
    expect(read(copy, "LICENSE")).toMatch(/^Copyright \(c\) Rocket Ltd\nCopyright \(c\) /m);

    await succeed(copy, "check");
    await succeed(copy, "test");
    await succeed(copy, "build");
    const dev = await copy.exec(
      "cd tools/dev && node_modules/.bin/vitest run --mode full src/dev.full.test.ts",
    );
    expect(dev.failed, dev.output).toBe(false);
  },
  30 * MINUTES,
);

test(
  "nothing is written by --dry-run, without a yes, or with an answer that cannot be",
  async () => {
    const copy = await freshCopy();
    const before = texts(copy);
    const shown = await succeed(copy, "app:init", `${ROCKET} --without smtp --dry-run`);
    expect(shown).toContain("+# Rocket & Sons");
    expect(shown).toContain("deleted  3 files of packages/email/src/transports");
    expect(await refuse(copy, ROCKET)).toContain("Add --yes");
    for (const [wrong, said] of [
      ["", /Give --name: .*cannot ask/],
      [`${ROCKET} --name Comet`, /Give --name only once/],
      [
        ROCKET.replace("help@rocket.example", "nobody"),
        /--support "nobody": it must be an email address/,
      ],
      [ROCKET.replace("#a03010", "yellow"), /--color "yellow": it must be a colour/],
      [ROCKET.replace("#a03010", "#ffee00"), /cannot be read.*This shade of it can be read: #/],
      [`${ROCKET} --without bensch`, /no part "bensch"; there are .*bench-and-chaos/],
      [`${ROCKET} --without queue,webhook`, /keep one of queue and webhook/],
      [`${ROCKET} --colour "#a03010"`, /Unknown option '--colour'/],
    ] as const) {
      expect(await refuse(copy, `${wrong} --yes`)).toMatch(said);
    }
    expect(texts(copy)).toEqual(before);
    expect(existsSync(path.join(copy.folder, ".env"))).toBe(false);
  },
  MINUTES,
);

test(
  "secrets are random, only their owner can read them, and another run keeps them",
  async () => {
    const copy = await freshCopy();
    const shown = await succeed(copy, "app:init", `${ROCKET} --without none --yes`);
    const env = read(copy, ".env");
    const names = ["AUTH_SECRET", "EMAIL_KEY", "UNSUBSCRIBE_KEY", "OPT_OUT_KEY"];
    for (const name of names) {
      const [, secret = ""] = new RegExp(`^${name}=(.*)$`, "m").exec(env) ?? [];
      expect(Buffer.from(secret, "base64")).toHaveLength(32);
      expect(shown).toContain(name);
      expect(shown).not.toContain(secret);
    }
    if (process.platform !== "win32") {
      expect(statSync(path.join(copy.folder, ".env")).mode & 0o077).toBe(0);
    }
    expect(shown).not.toContain("pnpm db:reset");
    await succeed(copy, "app:init", '--name "Another" --yes');
    expect(read(copy, ".env")).toBe(env);
  },
  MINUTES,
);

test(
  "says that a database of pnpm dev has to be emptied, if the secrets are new",
  async () => {
    const copy = await freshCopy();
    await copy.change(".local/pg/password", () => "made by pnpm dev");
    const shown = await succeed(copy, "app:init", `${ROCKET} --without none --yes`);
    expect(shown).toMatch(/^ {2}pnpm db:reset, /m);
    const again = await succeed(copy, "app:init", '--name "Another" --yes');
    expect(again).not.toContain("pnpm db:reset");
  },
  MINUTES,
);

test(
  "another run changes the answers that it is given, and nothing that a person has changed",
  async () => {
    const copy = await freshCopy();
    await succeed(copy, "app:init", `${ROCKET} --without none --yes`);
    await commit(copy);
    expect(await succeed(copy, "app:init", "--yes")).toContain("Nothing to change");

    const readme = "# Rockets\n\n## Why this one\n\nBecause of us.\n";
    const changelog = "# Changelog\n\n## [1.0.0]\n\n- Our first rocket.\n";
    await copy.change("README.md", () => readme);
    await copy.change("CHANGELOG.md", () => changelog);
    await copy.change("packages/brand/brand.json", (text) =>
      text.replace(/"ink": "#\w+"/, '"ink": "#000000"'),
    );
    expect(await refuse(copy, "--name Comet --yes")).toContain(
      "Commit your changes of packages/brand/brand.json first",
    );
    await commit(copy);

    const said = await succeed(
      copy,
      "app:init",
      "--name Comet --package comet --without smtp --yes",
    );
    expect(said).toContain('README.md does not have the name "Rocket & Sons" where it was');
    expect(read(copy, "README.md")).toBe(readme);
    expect(read(copy, "CHANGELOG.md")).toBe(changelog);
    expect(JSON.parse(read(copy, "packages/brand/brand.json"))).toMatchObject({
      name: "Comet",
      tagline: "Rockets by email.",
      supportEmail: "help@rocket.example",
      colors: { ink: "#000000", accent: "#a03010" },
    });
    expect(read(copy, "infra/Pulumi.yaml")).toMatch(/^name: comet$/m);
    expect(record(copy)).toMatchObject({ name: "comet", leftOut: ["smtp"] });

    await copy.refresh();
    expect((await copy.run("app:delete", "prisma-offline")).output).toContain(
      "Commit your changes of ARCHITECTURE.md",
    );
    await commit(copy);
    await succeed(copy, "app:delete", "prisma-offline");
    expect(record(copy)).toMatchObject({ name: "comet", leftOut: ["prisma-offline", "smtp"] });
  },
  3 * MINUTES,
);

test(
  "what was changed in a fresh copy stays, and the printed command undoes the rest",
  async () => {
    const copy = await freshCopy();
    await copy.change("SECURITY.md", () => "# Our own\n");
    await commit(copy);
    const before = texts(copy);
    // This part writes a migration.
    const said = await succeed(copy, "app:init", `${ROCKET} --without api --yes`);
    expect(said).toContain("SECURITY.md does not contain");
    expect(read(copy, "SECURITY.md")).toBe("# Our own\n");

    const undo = /^Undo: (.*)$/m.exec(said)?.[1] ?? "";
    expect(await copy.exec(undo)).toMatchObject({ failed: false });
    expect(texts(copy)).toEqual(before);
    await succeed(copy, "app:init", `${ROCKET} --without none --yes`);
    expect(read(copy, "README.md")).toMatch(/^# Rocket & Sons\n\nRockets by email\.\n/);
  },
  MINUTES,
);

test(
  "a clone with the tag of its version records where it comes from, and a template's copy does not",
  async () => {
    const copy = await freshCopy();
    await commit(copy);
    const { version } = JSON.parse(read(copy, "package.json")) as { version: string };
    const upstream = "https://git.example/starter.git";
    const dry = "--name Rocket --without none --dry-run";
    await copy.exec(
      `git remote add origin ${upstream} && git update-ref refs/remotes/origin/HEAD HEAD`,
    );
    expect(await succeed(copy, "app:init", dry)).toMatch(/^\+ +"upstream": "",$/m);

    await copy.exec(`git tag v${version}`);
    const { output } = await copy.exec("git rev-parse HEAD");
    const said = await succeed(copy, "app:init", dry);
    expect(said).toContain(`"upstream": "${upstream}"`);
    expect(said).toContain(`"commit": "${output.trim()}"`);
  },
  MINUTES,
);
