import { type LoggedMessage, statusOf } from "@repo/email/log";

/** What became of a message, in a word or two. The colour only repeats it. */
export function Status({ message }: { message: LoggedMessage }) {
  const words = statusOf(message);
  return <span className={`ops-state ${toneOf(words)}`}>{words}</span>;
}

function toneOf(words: string): "good" | "bad" | "wait" | "warn" {
  if (["sent", "delivered"].includes(words)) return "good";
  if (["failed", "rejected", "bounced", "complained"].includes(words)) return "bad";
  return ["queued", "sending"].includes(words) ? "wait" : "warn";
}
