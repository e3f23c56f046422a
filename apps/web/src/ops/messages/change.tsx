import type { Db } from "@repo/db";
import {
  type Counted,
  type MessageChange,
  type Selection,
  changeMessages,
  countMessages,
} from "@repo/email/operator";
import { Router } from "express";
import { z } from "zod";
import { HttpError } from "../../http/errors.tsx";
import type { FormState } from "../../http/form-page.ts";
import { type Guard, decisionPage } from "../decision.tsx";
import { count, emails } from "../format.tsx";
import {
  FILTER_FIELDS,
  type FilterValues,
  STATUS,
  isEmpty,
  readFilter,
  toQuery,
} from "./filter.ts";

interface Change {
  name: MessageChange;
  title: string;
  submit: string;
  /** The words after the number of emails. */
  would: string;
  doubt: string;
}

const CHANGES: Change[] = [
  {
    name: "retry",
    title: "Send again",
    submit: "Send again",
    would:
      "would be sent again: those that failed or were closed in doubt, and whose contents are kept",
    doubt: "may have been sent already, and may arrive twice",
  },
  {
    name: "cancel",
    title: "Cancel",
    submit: "Cancel for good",
    would: "would be cancelled: those that still wait",
    doubt: "may have been sent already; only their second copy would be cancelled",
  },
  {
    name: "hold",
    title: "Hold",
    submit: "Hold",
    would: "would be held until somebody releases them: those that still wait. They may expire",
    doubt: "may have been sent already; only their second copy would be held",
  },
  {
    name: "release",
    title: "Release",
    submit: "Release",
    would: "would be released, and sent when they are due: those that are held",
    doubt: "may have been sent already, and may arrive twice",
  },
];

type Config = Guard & { db: Db };

/** Changes one email, or all that a search finds: send again, cancel, hold, release. */
export function messageChanges(config: Config): Router {
  return Router().use(...CHANGES.map((each) => page(config, each)));
}

const optional = z.string().optional();
const SELECTION = {
  id: optional,
  to: optional,
  template: optional,
  status: optional,
  outcome: optional,
  since: optional,
  until: optional,
  /** `asOf` of the count that the operator has seen. */
  counted: optional,
};

function page(config: Config, { name, title, submit, ...shown }: Change): Router {
  const { db } = config;
  return decisionPage(config, {
    path: `/ops/messages/${name}`,
    at: "/ops/messages",
    title,
    submit,
    fields: SELECTION,
    async open(values) {
      const found = await countMessages(db, name, selectionOf(values));
      if (found.messages > 0) return found;
      const message = "The search finds no email that can be changed in this way.";
      throw new HttpError(404, "UNKNOWN_EMAIL", message);
    },
    json: ({ asOf, ...found }) => ({ ...found, counted: asOf }),
    view: (form, found) => found && <Found {...{ form, found, ...shown }} />,
    async act({ counted, ...values }, decision) {
      const selection = selectionOf(values);
      if ("id" in selection) {
        const done = await changeMessages(db, name, selection, decision);
        return { json: done, page: `/ops/messages/${selection.id}` };
      }
      if (!counted) throw countFirst("The form has no count");
      const done = await changeMessages(db, name, selection, { ...decision, asOf: counted });
      if (done.messages === 0) throw countFirst("All that was counted has changed since");
      return { json: done, page: `/ops/messages?${toQuery(values)}` };
    },
  });
}

/** @throws HttpError `INVALID_INPUT` if the values would select the whole log */
function selectionOf({ id, ...values }: FilterValues): Selection {
  if (id) return { id };
  if (!isEmpty(values)) return readFilter(values);
  throw new HttpError(422, "INVALID_INPUT", "Which emails? Search for them first.");
}

function countFirst(why: string): HttpError {
  const message = `${why}. Nothing was done. Look at the number below, and confirm it.`;
  return new HttpError(409, "COUNT_CHANGED", message);
}

interface FoundProps extends Pick<Change, "would" | "doubt"> {
  form: FormState;
  found: Counted;
}

/** How many emails would change, and which. */
function Found({ form: { values }, found, would, doubt }: FoundProps) {
  const { id } = values;
  const { messages, inDoubt, asOf } = found;
  return (
    <>
      <p>
        <strong>{emails(messages)}</strong> {would}.
        {inDoubt > 0 && ` ${count(inDoubt)} of them ${doubt}.`}
      </p>
      <ul className="fine">
        {id && <li>The email {id}</li>}
        {FILTER_FIELDS.filter((name) => values[name]).map((name) => (
          <li key={name}>
            {name}: {(name === "status" && STATUS[values[name] ?? ""]?.text) || values[name]}
          </li>
        ))}
      </ul>
      {!id && (
        <p className="fine">
          Only these are changed: none that the search finds later, and none that has changed
          meanwhile. <a href="/ops/actions">Actions</a> then says how many were changed.
        </p>
      )}
      {["id", ...FILTER_FIELDS].map((name) => (
        <input key={name} type="hidden" name={name} value={values[name] ?? ""} />
      ))}
      <input type="hidden" name="counted" value={asOf} />
    </>
  );
}
