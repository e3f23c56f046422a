import type { Db } from "@repo/db";
import { type MessagePage, findBySesId, isUuid, listMessages } from "@repo/email/log";
import type { Request, Router } from "express";
import { sendAnswer } from "../../http/answer.tsx";
import { sendError } from "../../http/errors.tsx";
import { getPage } from "../../http/get-page.ts";
import { refusalOfSearch, unknownEmail } from "../errors.ts";
import { Moment, safe } from "../format.tsx";
import { Live, OpsPage } from "../page.tsx";
import { Refusal } from "../refusal.tsx";
import { type FilterValues, FILTER_FIELDS, isEmpty, readFilter, toQuery } from "./filter.ts";
import { Search } from "./search.tsx";
import { Status } from "./status.tsx";

/** The log of email: searched by address, id, template, status, outcome and time. */
export function messages(db: Db): Router {
  return getPage("/ops/messages", async (req, res) => {
    const { q = "", before, ...values } = textsOf(req);
    try {
      if (q !== "" && !q.includes("@")) {
        const id = await findId(db, q);
        if (id === undefined) throw unknownEmail();
        return res.redirect(303, `/ops/messages/${id}`);
      }
      const search = q === "" ? values : { ...values, to: q };
      const page = await listMessages(db, readFilter(search), { before });
      sendAnswer(req, res, {
        json: { ...page, messages: page.messages.map(withoutSecrets) },
        page: <Messages values={search} page={page} />,
      });
    } catch (thrown) {
      const error = refusalOfSearch(req, thrown);
      const search = { ...values, to: q || values.to };
      sendError(req, res, error, <Messages values={search} error={error.message} />);
    }
  });
}

/** Our id of a message, from ours or SES's. */
async function findId(db: Db, text: string): Promise<string | undefined> {
  return isUuid(text) ? text.toLowerCase() : ((await findBySesId(db, text)) ?? undefined);
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

/**
 * What an operator can do with all emails that a search finds, and the statuses that it is for. The
 * next page counts them.
 */
const CHANGES = [
  { path: "retry", words: "Send these again", of: ["failed", "unknown"] },
  { path: "cancel", words: "Cancel these", of: ["queued"] },
  { path: "hold", words: "Hold these", of: ["queued"] },
  { path: "release", words: "Release these", of: ["queued"] },
];

interface MessagesProps {
  values: FilterValues;
  page?: MessagePage;
  error?: string;
}

function Messages({ values, page, error }: MessagesProps) {
  return (
    <OpsPage title={error ? "Error: Messages" : "Messages"} at="/ops/messages">
      <h1>Messages</h1>
      {error && <Refusal message={error} />}
      <Search values={values} />
      {page && (
        <Live id="found">
          <Changes values={values} found={page.messages.length} />
          <List page={page} isSearch={!isEmpty(values)} />
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

function Changes({ values, found }: { values: FilterValues; found: number }) {
  const { status } = values;
  const possible = CHANGES.filter(({ of }) => !status || of.includes(status));
  if (isEmpty(values) || found === 0 || possible.length === 0) return null;
  return (
    <p className="actions">
      {possible.map(({ path, words }) => (
        <a key={path} className="button quiet" href={`/ops/messages/${path}?${toQuery(values)}`}>
          {words} …
        </a>
      ))}
    </p>
  );
}

function List({ page, isSearch }: { page: MessagePage; isSearch: boolean }) {
  const { messages: found, next } = page;
  if (found.length === 0) {
    if (next) return <p>None among the 100,000 emails before. Look at older ones.</p>;
    return <p>{isSearch ? "No email fits this search." : "No email yet."}</p>;
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
