import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { startSesLocal } from "@repo/ses-local/client";
import { expect, it, onTestFinished } from "vitest";
import { type EveryEmail, everyEmail, isOptional, links } from "./every-email.ts";

// `pnpm --filter @repo/e2e emails:spam` runs this, and writes docs/spam.md. It needs the Debian
// package spamassassin.

const PROGRAM = "/usr/bin/spamassassin";
const PAGE = path.join(import.meta.dirname, "../../../docs/spam.md");
/** The text that every filter takes for spam, to test filters with (spamassassin.apache.org/gtube). */
const GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";
/** From this score on, SpamAssassin takes an email for spam. */
const SPAM = 5;

it.runIf(existsSync(PROGRAM) && process.env["MODE"] === "spam")(
  "no email looks like spam to SpamAssassin",
  async () => {
    const ses = await startSesLocal();
    onTestFinished(() => ses.stop());
    expect(judge(`Subject: Hello\n\n${GTUBE}\n`).score).toBeGreaterThan(SPAM);
    const emails = everyEmail().filter((email) => email.case === "usual");
    const judged = [];
    for (const email of emails) judged.push({ ...email, ...judge(await sent(ses.url, email)) });
    expect(judged.filter(({ score }) => !(score < SPAM / 2))).toEqual([]);
    await writeFile(PAGE, page(judged));
  },
);

/** As packages/email sends them. */
const ONE_CLICK = [
  { Name: "List-Unsubscribe", Value: `<${links.unsubscribe}>` },
  { Name: "List-Unsubscribe-Post", Value: "List-Unsubscribe=One-Click" },
];

/** The message as its recipient gets it. */
async function sent(url: string, { template, subject, html, text }: EveryEmail): Promise<string> {
  const response = await fetch(`${url}/v2/email/outbound-emails`, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ses/aws4_request,",
    },
    body: JSON.stringify({
      FromEmailAddress: "Example <hello@example.com>",
      Destination: { ToAddresses: ["sam@example.org"] },
      Content: {
        Simple: {
          Headers: isOptional(template) ? ONE_CLICK : [],
          Subject: { Data: subject },
          Body: { Html: { Data: html }, Text: { Data: text } },
        },
      },
      EmailTags: [{ Name: "template", Value: template }],
    }),
  });
  expect(response.status).toBe(200);
  const inbox = await fetch(`${url}/inbox/messages`);
  const [newest] = (await inbox.json()) as { id: string }[];
  return (await fetch(`${url}/inbox/messages/${newest?.id}/source`)).text();
}

/** Judges by rules alone. `--local` asks no lists of senders, because they do not know the stand-in. */
function judge(message: string): { score: number; rules: string[] } {
  const { stdout } = spawnSync(PROGRAM, ["--local", "--test-mode"], {
    input: message,
    encoding: "utf8",
  });
  const [, score = "NaN"] = /^X-Spam-Status: \w+, score=(-?[\d.]+)/m.exec(stdout) ?? [];
  const report = stdout.slice(stdout.indexOf("pts rule name"));
  const rules = [...report.matchAll(/^ *(-?[\d.]+) ([A-Z][A-Z\d_]+) /gm)];
  return { score: Number(score), rules: rules.map(([, points, name]) => `${name} (${points})`) };
}

function page(judged: (EveryEmail & ReturnType<typeof judge>)[]): string {
  const { stdout } = spawnSync(PROGRAM, ["--version"], { encoding: "utf8" });
  const version = /version ([\d.]+)/.exec(stdout)?.[1];
  const rows = judged.map(({ template, locale, score, rules }) => [
    template,
    locale,
    score.toFixed(1),
    rules.join(", "),
  ]);
  return `# What SpamAssassin says of each email

SpamAssassin ${version} takes an email for spam from a score of ${SPAM}. It judged the usual case of each email, as ses-local delivers it, by its rules alone. It asked no list of senders. Inboxes also judge the sender: your reputation counts more than these points.

\`pnpm --filter @repo/e2e emails:spam\` writes this page. It needs the Debian package \`spamassassin\`.

${table([["Email", "Language", "Score", "Rules with their points"], ...rows])}
`;
}

/** In Markdown, as Prettier aligns it. The first row is the head. */
function table([head = [], ...rows]: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("\n");
}
