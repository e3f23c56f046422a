import type { Db } from "@repo/db";
import { type Lowered, type Paused, type Verdict, readVerdict } from "@repo/email/operations";
import type { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { getPage } from "../../http/get-page.ts";
import { Ago, count, emails, perSecond, safe, safely, withoutIds } from "../format.tsx";
import { Sentence, Workers } from "../home.tsx";
import { Live, OpsPage } from "../page.tsx";

/** What an operator can do about sending, and what is in force. */
export function sending(db: Db): Router {
  return getPage("/ops/sending", async (req, res) => {
    const verdict = await readVerdict(db);
    const { paused, lowered, rate, maxRate, quota } = verdict.status;
    sendAnswer(req, res, {
      json: safely({ rate, maxRate, quota, paused, lowered }),
      page: <Sending verdict={verdict} />,
    });
  });
}

function Sending({ verdict }: { verdict: Verdict }) {
  const { status, workers } = verdict;
  return (
    <OpsPage title="Sending" at="/ops/sending">
      <Live>
        <Sentence verdict={verdict} />
        <Force status={status} />
        <p className="actions">
          {status.paused ? (
            <a className="button" href="/ops/sending/resume">
              Resume …
            </a>
          ) : (
            <a className="button quiet" href="/ops/sending/pause">
              Pause …
            </a>
          )}
          <a className="button quiet" href="/ops/sending/rate">
            Lower the rate …
          </a>
          {status.lowered && (
            <a className="button quiet" href="/ops/sending/full-rate">
              The full rate again …
            </a>
          )}
        </p>
        <Workers workers={workers} />
      </Live>
    </OpsPage>
  );
}

function Force({ status }: { status: Verdict["status"] }) {
  const { paused, lowered, rate, maxRate, quota } = status;
  return (
    <dl className="ops-facts">
      <dt>Pause</dt>
      <dd>{paused ? <Pause paused={paused} /> : "none"}</dd>
      <dt>Lower rate</dt>
      <dd>{lowered ? <LowerRate lowered={lowered} /> : "none"}</dd>
      <dt>Rate now</dt>
      <dd>
        {perSecond(rate)} of {emails(maxRate)} a second
      </dd>
      <dt>24-hour quota</dt>
      <dd>{quota ? `${count(quota.sent)} of ${count(quota.max)} used` : "not known"}</dd>
    </dl>
  );
}

/** A pause: its scope, who set it, its time and the reason. */
export function Pause({ paused }: { paused: Paused }) {
  const { scope, by, since, because } = paused;
  return (
    <>
      {scope === "all" ? "all email" : "all but security mail"}, by {safe(withoutIds(by))},{" "}
      <Ago at={since} />: {safe(because)}
    </>
  );
}

/** A lower rate: how low, until when and why. */
export function LowerRate({ lowered: { rate, until, because } }: { lowered: Lowered }) {
  return (
    <>
      {emails(rate)} a second until <Ago at={until} />: {safe(because)}
    </>
  );
}
