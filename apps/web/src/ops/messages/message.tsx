import type { Db } from "@repo/db";
import { type LoggedMessage, findMessage, statusOf } from "@repo/email/log";
import { isHeld } from "@repo/email/operator";
import type { Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { getPage } from "../../http/get-page.ts";
import { unknownEmail } from "../errors.ts";
import { Ago, Moment, safe, withoutIds } from "../format.tsx";
import { Card, Live, OpsPage } from "../page.tsx";
import { Status } from "./status.tsx";
import { type Line, lineOf } from "./timeline.ts";

/** One email, and all that happened to it. Its contents are shown nowhere. */
export function message(db: Db): Router {
  return getPage<{ id: string }>("/ops/messages/:id", async (req, res) => {
    const found = await findMessage(db, req.params.id);
    if (!found) throw unknownEmail();
    const { timeline, ...facts } = found;
    const shown = { ...facts, lastError: facts.lastError && safe(facts.lastError) };
    const lines = timeline.map(lineOf);
    sendAnswer(req, res, {
      json: { message: shown, timeline: lines },
      page: <Message message={shown} lines={lines} />,
    });
  });
}

function Message({ message: shown, lines }: { message: LoggedMessage; lines: Line[] }) {
  const { to } = shown;
  const address = encodeURIComponent(to);
  return (
    <OpsPage title={`${shown.template}: ${statusOf(shown)}`} at="/ops/messages">
      <h1>{shown.template}</h1>
      <Live>
        <Facts message={shown} />
        <Changes message={shown} />
        <Card title="What happened">
          <ol className="ops-timeline">
            {lines.map((line, i) => (
              <li key={i}>
                <p>
                  <Moment at={line.at} /> <strong>{line.what}</strong>
                </p>
                {line.text && <p>{withoutIds(line.text)}</p>}
                {line.sesMessageId && (
                  <p className="fine">
                    SES's id: <code>{line.sesMessageId}</code>
                  </p>
                )}
              </li>
            ))}
          </ol>
        </Card>
      </Live>
      <p>
        <a href={`/ops/messages?to=${address}`}>All email to this address</a>,{" "}
        <a href={`/ops/suppressions?email=${address}`}>may it get email?</a>,{" "}
        <a href={`/ops/requests?email=${address}`}>what did the person ask for?</a>
      </p>
    </OpsPage>
  );
}

function Facts({ message: shown }: { message: LoggedMessage }) {
  const { id, to, category, state, dueAt, expiresAt, lastError, createdAt } = shown;
  return (
    <dl>
      <dt>Status</dt>
      <dd>
        <Status message={shown} />
      </dd>
      <dt>To</dt>
      <dd>{to}</dd>
      <dt>Category</dt>
      <dd>{category}</dd>
      <dt>Queued</dt>
      <dd>
        <Ago at={createdAt} />
      </dd>
      {(state === "queued" || state === "unknown") && (
        <>
          <dt>{state === "queued" ? "Due" : "Decision due"}</dt>
          <dd>{isHeld(shown) ? "held by an operator" : <Ago at={dueAt} />}</dd>
        </>
      )}
      {state !== "closed" && expiresAt && (
        <>
          <dt>Expires</dt>
          <dd>
            <Ago at={expiresAt} />
          </dd>
        </>
      )}
      {lastError && (
        <>
          <dt>Last error</dt>
          <dd>{lastError}</dd>
        </>
      )}
      <dt>Id</dt>
      <dd>
        <code>{id}</code>
      </dd>
    </dl>
  );
}

/** What an operator may do with it. The next page says whether it is still possible. */
function Changes({ message: shown }: { message: LoggedMessage }) {
  const { id, state, closedReason, outcome } = shown;
  const mayRetry = outcome === "none" && (closedReason === "failed" || closedReason === "unknown");
  if (!mayRetry && state !== "queued") return null;
  return (
    <p className="actions">
      {mayRetry && <Change to="retry" id={id} words="Send it again …" />}
      {state === "queued" && <Change to="cancel" id={id} words="Cancel it …" />}
      {state === "queued" && !isHeld(shown) && <Change to="hold" id={id} words="Hold it …" />}
      {isHeld(shown) && <Change to="release" id={id} words="Release it …" />}
    </p>
  );
}

function Change({ to, id, words }: { to: string; id: string; words: string }) {
  return (
    <a className="button quiet" href={`/ops/messages/${to}?id=${id}`}>
      {words}
    </a>
  );
}
