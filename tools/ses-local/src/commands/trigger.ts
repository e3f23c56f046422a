import { parseArgs, styleText } from "node:util";
import { readUrl } from "../env.ts";
import { answers, awaitAnswer, taken, webhookOf } from "./answer.ts";
import { ClientError, type Connection, connect } from "../connection.ts";
import type { SesLocalEvent } from "../events/event.ts";
import { KINDS } from "../events/payload.ts";
import { colourOf, printable, showAnswer } from "./show.ts";

/** ses-local publishes the others by itself. */
const TYPES: string[] = KINDS.filter((kind) => kind !== "send" && !kind.startsWith("suppressed"));

const HELP = `pnpm ses:trigger TYPE --to ADDRESS

Publishes an event of SES about the newest email to that address. If there is none, the event is
about an unknown email.

  TYPE    ${TYPES.slice(0, 6).join(", ")},
          ${TYPES.slice(6).join(", ")}
  --json  prints the event, with its deliveries, as a line of JSON`;

/**
 * `pnpm ses:trigger`.
 *
 * @returns the exit code: 1 if the app did not accept the event
 */
export async function trigger(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    allowPositionals: true,
    options: {
      to: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const [type = "", ...others] = positionals;
  if (!TYPES.includes(type) || others.length > 0) {
    throw new ClientError(
      `One of these must follow pnpm ses:trigger: ${TYPES.join(", ")}; not "${positionals.join(" ")}".`,
    );
  }
  if (!values.to) {
    throw new ClientError(`Whose email? pnpm ses:trigger ${type} --to name@example.org`);
  }

  const client = connect(readUrl());
  const { id } = await client.trigger(type, values.to);
  const event = await awaitAnswer(client, id, 0, signal);
  console.log(values.json ? JSON.stringify(event) : await tell(client, event));
  const answer = answers(event).at(-1);
  return answer && !taken(answer) ? 1 : 0;
}

/** Describes the event, its email, and who got it. */
async function tell(client: Connection, event: SesLocalEvent): Promise<string> {
  const messages = await client.inbox({ to: event.recipient });
  const about = messages.find(({ messageId }) => messageId === event.messageId);
  const webhook = await webhookOf(client);
  const answer = answers(event).at(-1);
  const facts: [string, string][] = [
    ["To", printable(event.recipient)],
    ["About", about ? `"${printable(about.subject)}"` : "an unknown email"],
    [
      "Webhook",
      answer
        ? `${styleText(taken(answer) ? "green" : "red", showAnswer(answer))}  ${webhook?.endpoint ?? ""}`
        : "not confirmed. Start the app with pnpm dev",
    ],
    ["Queue", event.deliveries.some(({ to }) => to === "queue") ? "has it" : "does not have it"],
    ["Again", `pnpm ses:listen --replay ${event.id}`],
  ];
  return [
    [styleText(colourOf(event), event.type), printable(event.summary)].filter(Boolean).join("  "),
    ...facts.map(([name, value]) => `  ${styleText("dim", name.padEnd(7))}  ${value}`.trimEnd()),
  ].join("\n");
}
