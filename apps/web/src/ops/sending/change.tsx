import type { Db } from "@repo/db";
import {
  type Verdict,
  lowerRate,
  pauseSending,
  readVerdict,
  resumeSending,
} from "@repo/email/operations";
import { Router } from "express";
import { z } from "zod";
import type { FormState } from "../../http/form-page.ts";
import { Field } from "../../ui/form.tsx";
import { Choice, type Guard, decisionPage } from "../decision.tsx";
import { Sentence } from "../home.tsx";
import { Pause } from "./sending.tsx";

type Config = Guard & { db: Db };
const AT = "/ops/sending";
const MINUTE = 60_000;

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
    fields: { scope: z.enum(["non-essential", "all"], "Choose what to pause.") },
    open: async () => undefined,
    view: (form) => (
      <>
        <p>Email is kept, and waits until somebody resumes sending. It may expire meanwhile.</p>
        <Choice form={form} name="scope" label="What to pause" options={SCOPES} />
      </>
    ),
    async act({ scope }, decision) {
      await pauseSending(config.db, scope, decision);
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
    // The pause that the operator has seen.
    fields: { since: z.iso.datetime().optional() },
    open: () => readVerdict(config.db),
    view: (_form, verdict) => verdict && <Resume verdict={verdict} />,
    async act({ since }, decision) {
      await resumeSending(config.db, decision, since === undefined ? undefined : new Date(since));
      return { json: { paused: null }, page: AT };
    },
  });
}

function Resume({ verdict }: { verdict: Verdict }) {
  const { paused } = verdict.status;
  return (
    <>
      <Sentence verdict={verdict} />
      {paused && (
        <>
          {/* The sentence may be about something else that is worse. */}
          <p>
            Paused: <Pause paused={paused} />
          </p>
          <input type="hidden" name="since" value={paused.since.toISOString()} />
        </>
      )}
    </>
  );
}

function number(most: number, message: string) {
  return z.coerce.number(message).positive(message).max(most, message);
}

function slow(config: Config): Router {
  return decisionPage(config, {
    path: "/ops/sending/rate",
    at: AT,
    title: "Lower the rate for a time",
    submit: "Lower the rate",
    fields: {
      rate: number(100_000, "Enter emails a second, such as 5 or 0.5."),
      minutes: number(7 * 24 * 60, "Enter minutes: at most 10080, which is a week."),
    },
    open: async () => undefined,
    view: (form) => <Slow form={form} />,
    async act({ rate, minutes }, decision) {
      const lowered = { rate, until: new Date(Date.now() + minutes * MINUTE) };
      await lowerRate(config.db, lowered, decision);
      return { json: { lowered }, page: AT };
    },
  });
}

function Slow({ form }: { form: FormState }) {
  return (
    <>
      <p>
        All workers together then send no faster. Afterwards the full rate comes back by itself.
      </p>
      <Field form={form} name="rate" label="Emails a second" autoComplete="off" />
      <Field form={form} name="minutes" label="For how many minutes" autoComplete="off" />
    </>
  );
}

function fullRate(config: Config): Router {
  return decisionPage(config, {
    path: "/ops/sending/full-rate",
    at: AT,
    title: "Send at the full rate again",
    submit: "Full rate",
    fields: {},
    open: async () => undefined,
    view: () => <p>The lower rate ends now.</p>,
    async act(_input, decision) {
      await lowerRate(config.db, null, decision);
      return { json: { lowered: null }, page: AT };
    },
  });
}
