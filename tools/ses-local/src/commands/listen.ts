import { parseArgs } from "node:util";
import { readUrl } from "../env.ts";
import { answers, awaitAnswer, taken, webhookOf } from "./answer.ts";
import { ClientError, type Connection, connect } from "../connection.ts";
import type { Delivery, SesLocalEvent } from "../events/event.ts";
import { follow } from "./follow.ts";
import { showLine } from "./show.ts";

const HELP = `pnpm ses:listen               prints each event of ses-local, and the app's answer
pnpm ses:listen --replay ID   sends one event to the app again

  --json   prints each event as a line of JSON

A line has: time, type, recipient, what SES says, the webhook's answer, the event's id.
Ctrl-C ends it.`;

/**
 * `pnpm ses:listen`.
 *
 * @returns the exit code: 1 if the app did not accept a replayed event
 */
export async function listen(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== "--"),
    options: {
      replay: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const client = connect(readUrl());
  const print = (event: SesLocalEvent, delivery: Delivery | undefined) =>
    console.log(
      values.json
        ? JSON.stringify({ ...event, answer: delivery ?? null })
        : showLine(event, delivery, process.stdout.columns),
    );

  if (values.replay !== undefined) {
    const { event, answer } = await replay(client, values.replay, signal);
    print(event, answer);
    return answer && !taken(answer) ? 1 : 0;
  }
  // With --json, standard output has only lines of JSON.
  if (!values.json) console.log(`${await greet(client)} Ctrl-C ends.`);
  for await (const [event, delivery] of follow(client, signal)) print(event, delivery);
  return 0;
}

async function replay(client: Connection, id: string, signal: AbortSignal) {
  const before = (await client.events()).find((event) => event.id === id);
  if (!before) {
    throw new ClientError(
      `There is no event ${id}. The last column of pnpm ses:listen has the ids, and so has ${client.url}/events`,
    );
  }
  await client.replay(id);
  const event = await awaitAnswer(client, id, answers(before).length, signal);
  return { event, answer: answers(event).at(-1) };
}

async function greet(client: Connection): Promise<string> {
  const webhook = await webhookOf(client);
  if (!webhook) return `Listening to ${client.url}; no webhook is subscribed.`;
  const { endpoint, state } = webhook;
  return `Listening to ${client.url}; the webhook is ${endpoint}${state === "confirmed" ? "." : ", which has not confirmed yet."}`;
}
