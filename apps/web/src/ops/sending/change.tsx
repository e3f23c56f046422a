import type { Db } from "@repo/db";
import { sendingStatus } from "@repo/email/log";
import {
  LOWEST_RATE,
  type Lowered,
  type Paused,
  type Verdict,
  lowerRate,
  pauseSending,
  readVerdict,
  resumeSending,
} from "@repo/email/operations";
import { Router } from "express";
import { z } from "zod";
import { Field } from "../../ui/form.tsx";
import { Choice, type Guard, SEEN, Seen, decisionPage, seenOf } from "../decision.tsx";
import { Sentence } from "../home.tsx";
import { LowerRate, Pause } from "./sending.tsx";

type Config = Guard & { db: Db };
const AT = "/ops/sending";

/** Pauses and resumes sending, and lowers its rate for a time. */
export function changeSending(config: Config): Router {
  return Router().use(pause(config), resume(config), slow(config), fullRate(config));
}

const SCOPES: [value: string, text: string][] = [
  ["non-essential", "All but security mail: links to log in and new passwords go on"],
  ["all", "All email"],
];

function pause(config: Config): Router {
  return decisionPage(config, {
    path: "/ops/sending/pause",
    at: AT,
    title: "Pause sending",
    submit: "Pause",
    fields: { scope: z.enum(["non-essential", "all"], "Choose what to pause."), ...SEEN },
    open: () => sendingStatus(config.db),
    view: (form, status) => (
      <>
        <p>Email is kept, and waits until somebody resumes sending. It may expire meanwhile.</p>
        <InForce paused={status?.paused} />
        <Choice form={form} name="scope" label="What to pause" options={SCOPES} />
      </>
    ),
    async act({ scope, seen }, decision) {
      await pauseSending(config.db, scope, decision, seenOf(seen));
      return { json: { paused: scope }, page: AT };
    },
  });
}

function resume(config: Config): Router {
  return decisionPage(config, {
    path: "/ops/sending/resume",
    at: AT,
    title: "Resume sending",
    submit: "Resume",
    fields: SEEN,
    open: () => readVerdict(config.db),
    view: (_form, verdict) => verdict && <Resume verdict={verdict} />,
    async act({ seen }, decision) {
      await resumeSending(config.db, decision, seenOf(seen));
      return { json: { paused: null }, page: AT };
    },
  });
}

function Resume({ verdict }: { verdict: Verdict }) {
  return (
    <>
      {/* It may be about something else that is worse than the pause. */}
      <Sentence verdict={verdict} />
      <InForce paused={verdict.status.paused} />
      {!verdict.status.paused && <p>Nobody has paused sending.</p>}
    </>
  );
}

/** What is in force, for the operator and for the form. */
function InForce(props: {
  paused?: Paused | null | undefined;
  lowered?: Lowered | null | undefined;
}) {
  const { paused, lowered } = props;
  const seen = paused?.since ?? lowered?.until;
  if (!seen) return null;
  return (
    <>
      {paused && (
        <p>
          Paused: <Pause paused={paused} />
        </p>
      )}
      {lowered && (
        <p>
          Lowered: <LowerRate lowered={lowered} />
        </p>
      )}
      <Seen at={seen} />
    </>
  );
}

function number(least: number, most: number, message: string) {
  return z.coerce.number(message).min(least, message).max(most, message);
}

function slow(config: Config): Router {
  return decisionPage(config, {
    path: "/ops/sending/rate",
    at: AT,
    title: "Lower the rate for a time",
    submit: "Lower the rate",
    fields: {
      rate: number(
        LOWEST_RATE,
        100_000,
        `Enter emails a second: at least ${LOWEST_RATE}, such as 5 or 0.5.`,
      ),
      minutes: number(1, 7 * 24 * 60, "Enter minutes: 1 to 10080, which is a week."),
      ...SEEN,
    },
    open: () => sendingStatus(config.db),
    view: (form, status) => (
      <>
        <p>
          All workers together then send no faster. Afterwards the full rate comes back by itself.
        </p>
        <InForce lowered={status?.lowered} />
        <Field form={form} name="rate" label="Emails a second" autoComplete="off" />
        <Field form={form} name="minutes" label="For how many minutes" autoComplete="off" />
      </>
    ),
    async act({ rate, minutes, seen }, decision) {
      const lowered = { rate, seconds: minutes * 60 };
      const until = await lowerRate(config.db, lowered, decision, seenOf(seen));
      return { json: { lowered: { rate, until } }, page: AT };
    },
  });
}

function fullRate(config: Config): Router {
  return decisionPage(config, {
    path: "/ops/sending/full-rate",
    at: AT,
    title: "Send at the full rate again",
    submit: "Full rate",
    fields: SEEN,
    open: () => sendingStatus(config.db),
    view: (_form, status) => (
      <>
        <p>The lower rate ends now.</p>
        <InForce lowered={status?.lowered} />
      </>
    ),
    async act({ seen }, decision) {
      await lowerRate(config.db, null, decision, seenOf(seen));
      return { json: { lowered: null }, page: AT };
    },
  });
}
