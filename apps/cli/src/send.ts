import { type NewMessage, createEnqueue, isAllowed } from "@repo/email/enqueue";
import { KeysSetting } from "@repo/email/keys";
import { AppError } from "@repo/errors";
import { type EmailTemplates, templates } from "@repo/templates/registry";
import { command } from "./command.ts";
import { withDatabase } from "./database.ts";
import { readEnv } from "./env.ts";
import { FLAG, TEXT, invalid, oneOf } from "./options.ts";

const HELP = `pnpm email:send                               lists the emails with their cases
pnpm email:send NAME --to ADDRESS [options]   queues an email with the props of a case

  --to ADDRESS    who gets it
  --case CASE     a case of its template.tsx. Default: usual
  --locale TAG    the language, as in "de". Default: the product's
  --production    send it although this is production

The worker sends it. The database is the one of DATABASE_URL, or else of pnpm dev.`;

const ABOUT = {
  help: HELP,
  options: {
    to: TEXT,
    case: { ...TEXT, default: "usual" },
    locale: TEXT,
    production: FLAG,
  },
  positionals: true,
};

/**
 * `pnpm email:send`.
 *
 * @returns the exit code
 * @throws AppError `INVALID_OPTION`, `INVALID_ENV`; EmailError `INVALID_ADDRESS`
 */
export const send = command(ABOUT, async (values, [given, another]) => {
  if (another !== undefined) throw invalid(`Only one email at a time: leave out "${another}".`);
  const cases = await readCases();
  if (given === undefined) {
    for (const [name, each] of cases) console.log([name, ...Object.keys(each)].join("\n  "));
    return 0;
  }
  const template = oneOf("The name", [...cases.keys()], given) ?? "";
  const casesOf = cases.get(template) ?? {};
  const props = casesOf[oneOf("--case", Object.keys(casesOf), values.case) ?? ""];
  const { to, locale } = values;
  if (to === undefined) throw invalid("Who gets it? Add --to name@example.com");

  const { setting, isProduction, allowTo, redirectTo } = readEnv();
  if (isProduction && !values.production) {
    throw invalid(
      "This is production, or a database elsewhere without APP_ENV. To send an example there, add --production.",
    );
  }
  const { data: keys } = KeysSetting.safeParse(setting("EMAIL_KEY"));
  if (!keys) {
    throw new AppError(
      "INVALID_ENV",
      "EMAIL_KEY is not set, or malformed: use the one that the worker has.",
    );
  }
  if (allowTo && !redirectTo && !isAllowed(allowTo, to)) {
    throw invalid("EMAIL_ALLOW_TO names neither this address nor its domain.");
  }
  const enqueue = createEnqueue({ keys, templates });
  const message = { template, to, props, locale } as NewMessage<EmailTemplates>;
  const { id } = await withDatabase((db) => db.$transaction((tx) => enqueue(tx, message)));
  console.log(`Queued. The worker sends it; see pnpm email:log ${id}`);
  return 0;
});

/** The cases of every email, by its name. */
async function readCases(): Promise<Map<string, Record<string, unknown>>> {
  // Loaded only here: with React it takes half a second.
  const { views } = await import("@repo/templates/render");
  return new Map(Object.entries(views).map(([name, { cases }]) => [name, cases]));
}
