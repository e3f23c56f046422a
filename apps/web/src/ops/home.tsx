import type { Db } from "@repo/db";
import {
  type LastError,
  type Rated,
  type Verdict,
  type Waiting,
  type WorkerStatus,
  readRates,
  readVerdict,
} from "@repo/email/operations";
import type { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { getPage } from "../http/get-page.ts";
import {
  Ago,
  ago,
  brief,
  count,
  emails,
  perSecond,
  safe,
  safely,
  versionOf,
  withoutIds,
} from "./format.tsx";
import { Card, Figure, Figures, Live, OpsPage } from "./page.tsx";
import { RateFigures } from "./rates/level.tsx";

/** How sending goes now, in one sentence, and what to do. */
export function home(db: Db): Router {
  return getPage("/ops", async (req, res) => {
    const [verdict, { all }] = await Promise.all([readVerdict(db), readRates(db, "24h")]);
    const { at, sending, cause, since, workers, waiting, open, lastEvent, errors, next } = verdict;
    sendAnswer(req, res, {
      json: safely({
        at,
        sending,
        cause,
        since,
        workers,
        waiting,
        open,
        lastEvent,
        errors,
        next,
        sentence: sentenceOf(verdict),
        rates: all,
      }),
      page: <Home verdict={verdict} rates={all} />,
    });
  });
}

/** The verdict in one sentence. */
function sentenceOf({ sending, why }: Pick<Verdict, "sending" | "why">): string {
  if (why === null) return "Email goes out.";
  return `Sending is ${sending} because ${withoutIds(safe(why))}${/[.!?]$/.test(why) ? "" : "."}`;
}

function Home({ verdict, rates }: { verdict: Verdict; rates: Rated }) {
  const { waiting, workers, errors } = verdict;
  return (
    <OpsPage title="Operations" at="/ops">
      <Live>
        <Sentence verdict={verdict} />
        <Now verdict={verdict} rates={rates} />
        <div className="ops-columns">
          <WaitingCard waiting={waiting} />
          <Workers workers={workers} />
        </div>
        <Errors errors={errors} />
      </Live>
    </OpsPage>
  );
}

/** The sentence, since when, and the next step. */
export function Sentence({ verdict }: { verdict: Verdict }) {
  const { sending, since, next, error, cause } = verdict;
  return (
    <section className={`ops-verdict ${sending}`}>
      <h1>{sentenceOf(verdict)}</h1>
      {since && (
        <p>
          Since <Ago at={since} />
        </p>
      )}
      {error && (
        <p>
          {cause === "unrendered" ? "The error" : "The answer"}: <q>{safe(error)}</q>
        </p>
      )}
      {next && (
        <p>
          <strong>Next:</strong> {next}{" "}
          {cause?.startsWith("pause") && cause !== "paused" && (
            <a href="/ops/sending/resume">Resume sending</a>
          )}
        </p>
      )}
    </section>
  );
}

function Now({ verdict, rates }: { verdict: Verdict; rates: Rated }) {
  const { open, lastEvent, status } = verdict;
  const { rate, maxRate, quota } = status;
  return (
    <Figures>
      <Figure name="Queued">
        <a href="/ops/messages?status=queued">{emails(open.queued)}</a>
      </Figure>
      {open.inDoubt > 0 && (
        <Figure name="In doubt">
          <a href="/ops/messages?status=in-doubt">{emails(open.inDoubt)}</a>
        </Figure>
      )}
      <Figure name="Rate">
        {perSecond(rate)} of {emails(maxRate)} a second
      </Figure>
      <Figure name="24-hour quota">
        {quota ? `${count(quota.sent)} of ${count(quota.max)} used` : "not known"}
      </Figure>
      <RateFigures rated={rates} of="24 hours" />
      <Figure name="Last event of SES">{lastEvent ? <Ago at={lastEvent} /> : "none yet"}</Figure>
    </Figures>
  );
}

function WaitingCard({ waiting }: { waiting: Waiting[] }) {
  return (
    <Card title="What waits">
      {waiting.length === 0 ? (
        <p>Nothing is due.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Category</th>
              <th scope="col">Emails</th>
              <th scope="col">Oldest since</th>
            </tr>
          </thead>
          <tbody>
            {waiting.map(({ category, messages, oldest }) => (
              <tr key={category}>
                <td>{category}</td>
                <td>{count(messages)}</td>
                <td>{ago(oldest)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

export function Workers({ workers }: { workers: WorkerStatus[] }) {
  return (
    <Card title="Workers">
      {workers.length === 0 ? (
        <p>No worker has run in the last day.</p>
      ) : (
        <table className="ops-table">
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Last seen</th>
              <th scope="col">Started</th>
              <th scope="col">Version</th>
            </tr>
          </thead>
          <tbody>
            {workers.map(({ id, version, startedAt, seenAt, isAlive }) => (
              <tr key={id}>
                <td>
                  <span className={`ops-state ${isAlive ? "good" : "bad"}`}>
                    {isAlive ? "alive" : "silent"}
                  </span>
                </td>
                <td data-label="Last seen">{ago(seenAt)}</td>
                <td data-label="Started">{ago(startedAt)}</td>
                <td data-label="Version">{versionOf(version)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Errors({ errors }: { errors: LastError[] }) {
  return (
    <Card title="Last errors">
      {errors.length === 0 ? (
        <p>None.</p>
      ) : (
        <ul className="rows">
          {errors.map(({ code, error, at, messages }) => (
            <li key={code}>
              <p>
                <strong>{brief(code)}</strong>: {brief(error)}
              </p>
              <p className="fine">
                {emails(messages)}, the last <Ago at={at} />
              </p>
            </li>
          ))}
        </ul>
      )}
      <p>
        <a href="/ops/messages?status=failed">What failed</a>,{" "}
        <a href="/ops/messages?status=unknown">what was closed in doubt</a>
      </p>
    </Card>
  );
}
