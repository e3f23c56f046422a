import type { Db } from "@repo/db";
import { type ActionPage, type LoggedAction, listActions } from "@repo/email/operations";
import type { Router } from "express";
import { sendAnswer } from "../http/answer.tsx";
import { getPage } from "../http/get-page.ts";
import { Moment, count as number, emails, safe, withoutIds } from "./format.tsx";
import { Live, OpsPage } from "./page.tsx";

/** What operators did, when and why. Nothing here changes it. */
export function actions(db: Db): Router {
  return getPage("/ops/actions", async (req, res) => {
    const { before } = req.query;
    const page = await listActions(db, {
      before: typeof before === "string" ? before : undefined,
    });
    const shown = { ...page, actions: page.actions.map(withoutSecrets) };
    sendAnswer(req, res, { json: shown, page: <Actions page={shown} /> });
  });
}

function withoutSecrets(action: LoggedAction): LoggedAction {
  const { action: what, by, because, subject } = action;
  return {
    ...action,
    action: safe(what) as LoggedAction["action"],
    by: safe(by),
    because: safe(because),
    subject: subject && safe(subject),
  };
}

function Actions({ page: { actions: found, next } }: { page: ActionPage }) {
  return (
    <OpsPage title="Actions" at="/ops/actions">
      <h1>What operators did</h1>
      <Live>
        {found.length === 0 && <p>Nothing yet.</p>}
        {found.length > 0 && (
          <table className="ops-table">
            <thead>
              <tr>
                <th scope="col">When (UTC)</th>
                <th scope="col">What</th>
                <th scope="col">About</th>
                <th scope="col">Who</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {found.map((action) => (
                <tr key={`${action.at.toISOString()} ${action.action} ${action.because}`}>
                  <th scope="row">
                    <Moment at={action.at} />
                  </th>
                  <td className="whole" data-label="What">
                    {action.action}
                  </td>
                  <td data-label="About">
                    <About action={action} />
                  </td>
                  <td data-label="Who">{withoutIds(action.by)}</td>
                  <td data-label="Why">{action.because}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {next && (
          <p>
            <a href={`/ops/actions?before=${encodeURIComponent(next)}`}>Older ones</a>
          </p>
        )}
      </Live>
    </OpsPage>
  );
}

function About({
  action: { action, messageId, address, subject, count },
}: {
  action: LoggedAction;
}) {
  if (messageId) return <a href={`/ops/messages/${messageId}`}>an email</a>;
  if (address) {
    const link = <a href={`/ops/suppressions?email=${encodeURIComponent(address)}`}>{address}</a>;
    return subject ? (
      <>
        {link}: {subject}
      </>
    ) : (
      link
    );
  }
  const several = action === "suppress" ? `${number(count)} addresses` : emails(count);
  return <>{subject ?? (count > 1 ? several : "")}</>;
}
