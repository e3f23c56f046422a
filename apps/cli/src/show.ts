import { styleText } from "node:util";
import type { Prisma } from "@repo/db";
import {
  type LoggedMessage,
  type Paused,
  type Stopped,
  type TimelineEntry,
  statusOf,
} from "@repo/email/log";
import { isHeld } from "@repo/email/operator";

// styleText omits colours if the output is not a terminal, and with NO_COLOR.

/** Why sending is stopped, since when, and what to do. */
export function showStopped({ by, since, error, probeAt, expectedAt, next }: Stopped): string {
  const lines = [
    styleText(
      ["red", "bold"],
      `Sending is stopped: ${by}${since ? `, since ${moment(since)}` : ""}`,
    ),
    ...(error ? [`  ${by === "restored" ? "Reason" : "Answer"}  ${printable(error)}`] : []),
    ...(expectedAt ? [`  Resumes ${moment(expectedAt)}, as far as this log knows`] : []),
    `  Next    ${next}`,
    ...(probeAt
      ? [styleText("dim", `  One email is tried at ${moment(probeAt)}; all others wait.`)]
      : []),
  ];
  return lines.join("\n");
}

/** What is paused, who did it and why. */
export function showPaused({ scope, since, by, because }: Paused): string {
  const what = scope === "all" ? "All sending" : "All but security mail";
  return [
    styleText(["red", "bold"], `${what} is paused by ${printable(by)}, since ${moment(since)}`),
    `  Reason  ${printable(because)}`,
    '  Next    pnpm email:sending resume --reason "…"',
  ].join("\n");
}

/** @param columns width of the terminal. Default: unlimited. */
export function showList(messages: LoggedMessage[], columns: number | undefined): string {
  if (messages.length === 0) return "No email.";
  const rows = messages.map((message) => ({
    cells: [moment(message.createdAt), statusOf(message), message.template, message.id, message.to],
    colour: colourOf(message),
  }));
  return table(["QUEUED (UTC)", "STATUS", "TEMPLATE", "ID", "TO"], rows, columns);
}

export type Colour = Parameters<typeof styleText>[0];

/**
 * Cuts the last column to fit. The other columns stay whole.
 *
 * @param rows their colour applies to the second column
 */
export function table(
  head: string[],
  rows: { cells: string[]; colour: Colour }[],
  columns: number | undefined,
): string {
  const widths = head.map((name, i) =>
    Math.max(name.length, ...rows.map(({ cells }) => (cells[i] ?? "").length)),
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = columns ? Math.max(12, columns - before) : Infinity;
  const line = (cells: string[], colour?: Colour) =>
    cells
      .map((cell, i) => {
        const padded =
          i === cells.length - 1 ? cut(printable(cell), room) : cell.padEnd(widths[i] ?? 0);
        return colour && i === 1 ? styleText(colour, padded) : padded;
      })
      .join("  ");
  return [
    styleText("dim", line(head)),
    ...rows.map(({ cells, colour }) => line(cells, colour)),
  ].join("\n");
}

/** One email and all that happened to it. */
export function showMessage(message: LoggedMessage & { timeline: TimelineEntry[] }): string {
  const { id, template, to, timeline, lastError, dueAt, expiresAt, state } = message;
  const facts: [string, string][] = [
    ["To", printable(to)],
    ["Template", printable(template)],
    ["Status", styleText(colourOf(message), statusOf(message))],
    ...(state === "queued"
      ? [["Due", isHeld(message) ? "held by an operator" : moment(dueAt)] as [string, string]]
      : []),
    ...(state === "unknown" ? [["Decision due", moment(dueAt)] as [string, string]] : []),
    ...(state !== "closed" && expiresAt
      ? [["Expires", moment(expiresAt)] as [string, string]]
      : []),
    ...(lastError ? [["Last error", printable(lastError)] as [string, string]] : []),
  ];
  return [
    styleText("bold", id),
    ...facts.map(([name, value]) => `  ${styleText("dim", name.padEnd(12))}  ${value}`),
    "",
    ...timeline.map((entry) => {
      const [what, more] = describe(entry);
      return `  ${styleText("dim", moment(entry.at, true))}  ${what.padEnd(14)}  ${more}`.trimEnd();
    }),
  ].join("\n");
}

function describe(entry: TimelineEntry): [what: string, more: string] {
  switch (entry.what) {
    case "queued":
      return ["queued", ""];
    case "judged":
      return ["not sent", "shown by SES's other events: queued again"];
    case "operator":
      return [entry.action, printable(`by ${entry.by}: ${entry.because}`)];
    case "closed":
      return ["closed", entry.reason];
    case "event":
      return [printable(entry.type), printable(flatten(entry.detail).join(", "))];
    case "attempt": {
      const { number, at, finishedAt, result, sesMessageId, errorCode, error } = entry;
      const took = `${result} after ${finishedAt.getTime() - at.getTime()} ms`;
      const reason = [errorCode, error].filter(Boolean).join(": ");
      return [
        `attempt ${number}`,
        printable(
          [took, reason, sesMessageId && `SES id ${sesMessageId}`].filter(Boolean).join(", "),
        ),
      ];
    }
  }
}

function colourOf(message: LoggedMessage): Colour {
  const word = statusOf(message);
  if (["sent", "delivered"].includes(word)) return "green";
  if (["failed", "rejected", "bounced", "complained"].includes(word)) return "red";
  if (["queued", "sending"].includes(word)) return "cyan";
  return "yellow";
}

/** `{ bounce: { type: "Permanent" } }` → `bounce.type=Permanent` */
export function flatten(value: Prisma.JsonValue | undefined, path = ""): string[] {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object") return [`${path}=${value}`];
  return Object.entries(value).flatMap(([key, part]) =>
    flatten(part, path ? `${path}.${key}` : key),
  );
}

/** `2030-01-31 12:00:00` */
export function moment(time: Date, withMs = false): string {
  return time
    .toISOString()
    .replace("T", " ")
    .slice(0, withMs ? 23 : 19);
}

/** Removes control characters, so that another server's answer cannot control the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
