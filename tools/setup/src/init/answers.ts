import { parts } from "../delete/parts.ts";
import { isGone } from "../delete/plan.ts";
import { readRecord } from "../record.ts";
import type { Tree } from "../tree.ts";
import { isFresh, ownerIn, readBrand } from "./clone.ts";
import { withAccent } from "./colors.ts";
import { originOf } from "./git.ts";
import { type Names, readNames } from "./names.ts";

/** What `pnpm app:init` asks for. */
export interface Answers extends Names {
  /** What the product does, in a sentence. */
  tagline: string;
  supportEmail: string;
  /** "#rrggbb" */
  color: string;
  /** Who holds the rights to what is new in this repository. */
  owner: string;
  /** The git URL of the repository that this copy was made from. "": unknown. */
  upstream: string;
  /** Names of the parts to leave out. */
  without: string[];
}

/** A question with one line of text for an answer. */
interface Question {
  key: Exclude<keyof Answers, "without">;
  /** Without its dashes. */
  flag: string;
  about: string;
  /** What is offered. `soFar` has the answers to the questions before. */
  initial: (tree: Tree, soFar: Partial<Answers>) => string;
  /** @returns what is wrong with an answer */
  check: (value: string, tree: Tree) => string | undefined;
}

export const QUESTIONS: Question[] = [
  {
    key: "name",
    flag: "name",
    about: "The product's name",
    initial: (tree) => (isFresh(tree) ? "" : readNames(tree).name),
    check: (value) => checkName(value) ?? checkSender(value),
  },
  {
    key: "package",
    flag: "package",
    about: "The same for packages and AWS, in lower case",
    initial: (tree, { name = "" }) => (isFresh(tree) ? slug(name) : readNames(tree).package),
    // Pulumi makes names of it and of the stack's name: 48 characters for both.
    check: (value) =>
      refuse(
        /^[a-z][a-z0-9-]{0,29}$/.test(value),
        "it must have 1 to 30 of a-z, 0-9 and -, and begin with a letter",
      ),
  },
  {
    key: "tagline",
    flag: "tagline",
    about: "What it does, in a sentence",
    initial: (tree, { name = "" }) =>
      isFresh(tree) ? `Welcome to ${name}.` : readBrand(tree).tagline,
    check: checkLine,
  },
  {
    key: "supportEmail",
    flag: "support",
    about: "The address where people get help",
    initial: (tree) => readBrand(tree).supportEmail,
    check: (value) =>
      refuse(
        /^[^\s@"<>\\]+@[^\s@"<>\\]+\.[^\s@"<>\\]+$/.test(value),
        "it must be an email address, such as help@example.com",
      ),
  },
  {
    key: "color",
    flag: "color",
    about: "The colour of links and buttons",
    initial: (tree) => readBrand(tree).colors.accent,
    check: checkColor,
  },
  {
    key: "owner",
    flag: "owner",
    about: "Who holds the rights to your code, for LICENSE",
    initial: (tree, { name = "" }) => ownerIn(tree.read("LICENSE")) || name,
    check: checkName,
  },
  {
    key: "upstream",
    flag: "upstream",
    about: "The git address of the repository that you copied, for updates",
    initial: (tree) => (isFresh(tree) ? origin(tree) : readRecord(tree)?.upstream) ?? "",
    check: (value) => (value === "" ? undefined : checkLine(value)),
  },
];

/** The names of the parts that a clone still has. */
export const partsIn = (tree: Tree) =>
  Object.entries(parts).flatMap(([name, part]) => (isGone(tree, part) ? [] : [name]));

/** The parts that a product usually leaves out: nobody needs them to run it. */
export const usuallyLeftOut = (tree: Tree): string[] =>
  isFresh(tree) ? partsIn(tree).filter((name) => name === "bench-and-chaos") : [];

/** @returns what is wrong with a choice of parts */
export function checkParts(names: string[]): string | undefined {
  const unknown = names.find((name) => !parts[name]);
  if (unknown !== undefined) {
    return `there is no part "${unknown}"; there are ${Object.keys(parts).join(", ")}`;
  }
  // Without both, nothing would take SES's events.
  return refuse(
    !(names.includes("queue") && names.includes("webhook")),
    "keep one of queue and webhook",
  );
}

/** Where a fresh copy comes from: as its package.json says, or its git. */
function origin(tree: Tree): string | undefined {
  const { repository, version } = JSON.parse(tree.read("package.json")) as {
    repository?: string;
    version: string;
  };
  return repository ?? originOf(tree.root, version)?.url;
}

/** `Rocket & Sons` → `rocket-sons` */
function slug(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  return plain
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^[-\d]+/, "")
    .slice(0, 30)
    .replace(/-$/, "");
}

const refuse = (isGood: boolean, reason: string) => (isGood ? undefined : reason);

// It stands in quotes in .env.example and in JSON.
function checkName(value: string): string | undefined {
  return refuse(
    /^[^\p{C}"\\<>`$]{1,60}$/u.test(value) && value.trim() === value,
    'it must have 1 to 60 characters, none of them invisible or one of " \\ < > ` $',
  );
}

// It is the name of the sender: packages/email/src/mailbox.ts refuses what could pose as an
// address, and what makes the header too long.
function checkSender(name: string): string | undefined {
  return refuse(
    !/@|=\?/.test(name) && Buffer.byteLength(name) <= 120,
    "it is the sender of emails too, so it must be without @ and =?, and have at most 120 bytes",
  );
}

function checkLine(value: string): string | undefined {
  return refuse(/^[^\p{C}"\\]+$/u.test(value), 'it must be one line, without " and \\');
}

function checkColor(value: string, tree: Tree): string | undefined {
  if (!/^#[\da-f]{6}$/.test(value)) return "it must be a colour, such as #1f5fd6";
  try {
    withAccent(readBrand(tree), value);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
