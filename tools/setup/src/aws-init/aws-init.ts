import { AppError } from "@repo/errors";
import { root as clone } from "../root.ts";
import { collect } from "./answers.ts";
import { type Terminal, agrees } from "./ask.ts";
import { applyAnswers, showChanges, writeChanges } from "./changes.ts";
import { nextSteps } from "./next-steps.ts";
import { readProject, stacksOf } from "./project.ts";
import { readOptions } from "../options.ts";

const HELP = `pnpm aws:init [options]   writes what pnpm infra:up needs to know, and the senders into .env

  --domain DOMAIN         the domain that your email comes from
  --from SENDER           the sender: an address of it, or "Name <address>"
  --security-from SENDER  another sender for links and notices of security
  --region REGION         the AWS region that sends
  --dns PROVIDER          route53, cloudflare, digitalocean or manual. Default: what the domain's
                          name servers say
  --zone-id ID            the zone there, except with manual
  --runs PLACE            where the app runs: ecs; server (default), also a container host; or cron,
                          where the worker only runs at intervals
  --app-url URL           with cron: the public address of web
  --reports-to ADDRESS    who gets DMARC's daily reports. Default: nobody
  --to ADDRESS            your own address, for email from the sandbox
  --state WHERE           where Pulumi keeps its state: s3://your-bucket, cloud or local

  --stack NAME            the stack. Default: the only one, or dev if there is none
  --file FILE             the env file. Default: .env
  --yes                   writes without asking
  --replace               with --yes: also replaces values that the files have already

In a terminal it asks for each answer that no option gives, and offers the values of the files. It shows every
change before it writes. You can run it again: it changes only what you answer differently.`;

const TEXT = { type: "string" } as const;

/** What the command takes from outside. */
export interface Context {
  root: string;
  terminal: Terminal;
  /** The resolvers, as `address:port`. Default: those of this machine. */
  servers?: string[];
}

/**
 * `pnpm aws:init`.
 *
 * @throws AppError `INVALID_OPTION`, `OPTION_MISSING`, `NOT_CONFIRMED`, `CANCELLED`,
 *   `FILE_UNREADABLE`, `FILE_UNWRITABLE`; SetupError if git would commit the env file
 */
export async function awsInit(args: string[], context: Context = live()): Promise<void> {
  const { root, terminal, servers } = context;
  const { values } = readOptions({
    args,
    options: {
      domain: TEXT,
      from: TEXT,
      "security-from": TEXT,
      region: TEXT,
      dns: TEXT,
      "zone-id": TEXT,
      runs: TEXT,
      "app-url": TEXT,
      "reports-to": TEXT,
      to: TEXT,
      state: TEXT,
      stack: TEXT,
      file: { type: "string", default: ".env" },
      yes: { type: "boolean", default: false },
      replace: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { yes, replace, help: _, stack: given, file, ...options } = values;
  const stack = given ?? onlyStack(root);
  if (!/^[\w-]{1,40}$/.test(stack)) {
    throw new AppError("INVALID_OPTION", `--stack is letters, digits, - and _; not "${stack}".`);
  }
  const project = readProject(root, stack, file);
  const answers = await collect(options, project, terminal, servers);
  const changes = applyAnswers(project, answers);
  if (changes.length === 0) {
    console.log("There is nothing to change.");
    return;
  }
  console.log(`\n${showChanges(changes)}\n`);
  const replaced = changes.filter(({ before }) => before !== undefined);
  const fixed = replaced
    .map(({ name }) => name)
    .filter((name) => ["aws:region", `${project.name}:domain`].includes(name));
  if (fixed.length > 0) {
    console.log(
      `If ${stack} is up, do not change ${fixed.join(", ")}: make another stack, ` +
        "pnpm aws:init --stack NAME (infra/README.md, Changing a stack that is up).\n",
    );
  }
  if (!yes) {
    if (!terminal.isInteractive) {
      throw new AppError("NOT_CONFIRMED", "Nothing is written yet. To write it, add --yes.");
    }
    if (!(await agrees("Write this?", terminal))) {
      console.log("Nothing is written.");
      return;
    }
  } else if (replaced.length > 0 && !replace) {
    const names = replaced.map(({ name }) => name).join(", ");
    throw new AppError(
      "NOT_CONFIRMED",
      `Nothing is written: the files have other values of ${names}. To replace them, add --replace.`,
    );
  }
  writeChanges(project, changes);
  const { isNew } = project.stack;
  console.log(`Written.\n\n${nextSteps(answers, { stack, envFile: file, isNew })}`);
}

function onlyStack(root: string): string {
  const stacks = stacksOf(root);
  const [first = "dev", another] = stacks;
  if (another === undefined) return first;
  throw new AppError(
    "OPTION_MISSING",
    `--stack is missing: this clone has the stacks ${stacks.join(", ")}.`,
  );
}

function live(): Context {
  const { stdin: input, stdout: output } = process;
  const isInteractive = input.isTTY && output.isTTY;
  return { root: clone, terminal: { input, output, isInteractive } };
}
