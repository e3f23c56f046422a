import type { TimelineEntry } from "@repo/email/log";
import { describeDetail, safe } from "../format.tsx";

/** One line of a timeline, without a secret. */
export interface Line {
  at: Date;
  what: string;
  /** More about it, in the words of SES, a mail server or an operator. */
  text: string;
  /** SES's id of the message. */
  sesMessageId?: string;
}

export function lineOf(entry: TimelineEntry): Line {
  const { at } = entry;
  switch (entry.what) {
    case "queued":
      return { at, what: "queued", text: "" };
    case "judged":
      return { at, what: "not sent", text: "as SES's other events show: queued again" };
    case "operator":
      return { at, what: safe(entry.action), text: safe(`by ${entry.by}: ${entry.because}`) };
    case "closed":
      return { at, what: "closed", text: entry.reason };
    case "event":
      return { at, what: safe(entry.type), text: describeDetail(entry.detail) };
    case "attempt": {
      const { number, finishedAt, result, sesMessageId, errorCode, error } = entry;
      const answer = [errorCode, error].filter(Boolean).join(": ");
      const took = `${result} after ${finishedAt.getTime() - at.getTime()} ms`;
      return {
        at,
        what: `attempt ${number}`,
        text: safe([took, answer].filter(Boolean).join(", ")),
        ...(sesMessageId && { sesMessageId: idOf(sesMessageId) }),
      };
    }
  }
}

/** Keeps SES's id, which is as long as a token, and makes any other text safe. */
const idOf = (text: string) => (/^[\w-]{1,80}$/.test(text) ? text : safe(text));
