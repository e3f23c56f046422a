import type { Db } from "@repo/db";
import { type MessagePage, findBySesId, listMessages } from "@repo/email/log";
import { type Request, Router } from "express";
import { sendAnswer, wantsJson } from "../../http/answer.tsx";
import { HttpError, methodNotAllowed, toHttpError } from "../../http/errors.tsx";
import { Moment, safe } from "../format.tsx";
import { Live, OpsPage } from "../page.tsx";
import { type FilterValues, FILTER_FIELDS, isEmpty, readFilter, toQuery } from "./filter.ts";
import { Search } from "./search.tsx";
import { Status } from "./status.tsx";

/** The log of email: searched by address, id, template, status, outcome and time. */
export function messages(db: Db): Router {
  const router = Router();
  router
    .route("/ops/messages")
    .get(async (req, res) => {
      const { q = "", before, ...values } = textsOf(req);
      if (q !== "" && !q.includes("@")) {
        const id = await findId(db, q);
        if (id !== undefined) return res.redirect(303, `/ops/messages/${id}`);
      }
      try {
        if (q !== "" && !q.includes("@"))
          throw new HttpError(
            404,
            "UNKNOWN_EMAIL",
            "No email has this id. It may have been deleted because of its age.",
          );
        const search = q === "" ? values : { ...values, to: q };
        const page = await listMessages(db, readFilter(search), { before });
        sendAnswer(req, res, {
          json: { ...page, messages: page.messages.map(withoutSecrets) },
          page: <Messages values={search} page={page} />,
        });
      } catch (thrown) {
        const error = toHttpError(thrown);
        if (error.status >= 500 || wantsJson(req)) throw thrown;
        sendAnswer(req, res, {
          status: error.status,
          json: {},
          page: <Messages values={{ ...values, to: q || values.to }} error={error.message} />,
        });
      }
    })
    .all(methodNotAllowed("GET"));
  return router;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Our id of a message, from ours or SES's. */
async function findId(db: Db, text: string): Promise<string | undefined> {
  return UUID.test(text) ? text.toLowerCase() : ((await findBySesId(db, text)) ?? undefined);
}

/** The fields of a query that are text. */
function textsOf({ query }: Request): FilterValues {
  const names = [...FILTER_FIELDS, "q", "before"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = query[name];
      return typeof value === "string" && value.trim() !== "" ? [[name, value.trim()]] : [];
    }),
  );
}

function withoutSecrets<T extends { lastError: string | null }>(message: T): T {
  return { ...message, lastError: message.lastError && safe(message.lastError) };
}

/** What an operator can do with all emails that a search finds. The next page counts them. */
const CHANGES = {
  retry: "Send these again",
  cancel: "Cancel these",
  hold: "Hold these",
  release: "Release these",
};

interface MessagesProps {
  values: FilterValues;
  page?: MessagePage;
  error?: string;
}

function Messages({ values, page, error }: MessagesProps) {
  const all = isEmpty(values);
  return (
    <OpsPage title={error ? "Error: Messages" : "Messages"} at="/ops/messages">
      <h1>Messages</h1>
      {error && (
        <p className="alert" role="alert">
          {error}
        </p>
      )}
      <Search values={values} />
      {page && (
        <Live>
          {!all && (
            <p className="actions">
              {Object.entries(CHANGES).map(([path, words]) => (
                <a
                  key={path}
                  className="button quiet"
                  href={`/ops/messages/${path}?${toQuery(values)}`}
                >
                  {words} …
                </a>
              ))}
            </p>
          )}
          <List page={page} />
          {page.next && (
            <p>
              <a href={`/ops/messages?${toQuery(values, { before: page.next })}`}>Older ones</a>
            </p>
          )}
        </Live>
      )}
    </OpsPage>
  );
}

function List({ page: { messages: found, next } }: { page: MessagePage }) {
  if (found.length === 0) {
    return (
      <p>{next ? "None among the 100,000 emails before. Look at older ones." : "No email."}</p>
    );
  }
  return (
    <table className="ops-table">
      <thead>
        <tr>
          <th scope="col">Queued (UTC)</th>
          <th scope="col">Status</th>
          <th scope="col">Template</th>
          <th scope="col">To</th>
        </tr>
      </thead>
      <tbody>
        {found.map((message) => (
          <tr key={message.id}>
            <th scope="row">
              <a href={`/ops/messages/${message.id}`}>
                <Moment at={message.createdAt} />
              </a>
            </th>
            <td data-label="Status">
              <Status message={message} />
            </td>
            <td data-label="Template">{message.template}</td>
            <td data-label="To">{message.to}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
