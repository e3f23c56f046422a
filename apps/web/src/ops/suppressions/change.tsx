import type { Db } from "@repo/db";
import type { Pseudonyms } from "@repo/email/erasure";
import {
  type Suppressed,
  addSuppression,
  findSuppression,
  removeSuppression,
  shellWord,
} from "@repo/email/suppressions";
import { Router } from "express";
import { z } from "zod";
import { fields } from "../../http/fields.ts";
import type { FormState } from "../../http/form-page.ts";
import { Field } from "../../ui/form.tsx";
import { type Guard, SEEN, Seen, decisionPage, seenOf } from "../decision.tsx";
import { Evidence, REASONS, received } from "./explain.tsx";

type Config = Guard & { db: Db; pseudonyms: Pseudonyms };

/** Stops email to an address, or lets it be sent again. */
export function changeSuppressions(config: Config): Router {
  return Router().use(add(config), remove(config));
}

function add(config: Config): Router {
  const { db } = config;
  return decisionPage(config, {
    path: "/ops/suppressions/add",
    at: "/ops/suppressions",
    title: "Stop email to an address",
    submit: "Stop email",
    fields: { email: fields.email },
    open: async () => undefined,
    view: (form) => <Address form={form} />,
    async act({ email }, decision) {
      const now = await addSuppression(db, email, decision);
      return { json: { address: email, reason: now?.reason }, page: pageOf(email) };
    },
  });
}

function remove(config: Config): Router {
  const { db, pseudonyms } = config;
  return decisionPage(config, {
    path: "/ops/suppressions/remove",
    at: "/ops/suppressions",
    title: "Send email to an address again",
    submit: "Send email again",
    fields: { email: fields.email, ...SEEN, overrideComplaint: z.literal("yes").optional() },
    open: async ({ email }) => (email ? await findSuppression(db, email, pseudonyms) : null),
    json: (found) => ({ reason: found?.reason, seen: found?.since }),
    view: (form, found) => <Removal form={form} found={found} />,
    async act({ email, seen, overrideComplaint }, decision) {
      const removed = await removeSuppression(db, email, {
        ...decision,
        seen: seenOf(seen),
        overrideComplaint: overrideComplaint === "yes",
        pseudonyms,
      });
      return { json: { address: email, removed: removed.reason }, page: pageOf(email) };
    },
  });
}

const pageOf = (email: string) => `/ops/suppressions?email=${encodeURIComponent(email)}`;

function Address({ form }: { form: FormState }) {
  return <Field form={form} name="email" label="Address" type="email" autoComplete="off" />;
}

function Removal({ form, found }: { form: FormState; found: Suppressed | null | undefined }) {
  const address = form.values.email ?? "ADDRESS";
  return (
    <>
      {found && (
        <>
          <p>
            It gets {received(found.reason)} now: {REASONS[found.reason]}.
          </p>
          <Evidence suppression={found} isOver={false} />
          <Seen at={found.since} />
        </>
      )}
      <Address form={form} />
      {found?.reason === "complaint" && (
        <label className="choice">
          <input type="checkbox" name="overrideComplaint" value="yes" />
          The person has asked for our email again
        </label>
      )}
      <p className="fine">
        SES has a list of its own. If the address is on that list, SES accepts email to it and does
        not deliver it. This page cannot change that list, because web does not call AWS. Somebody
        with rights at AWS can do both with the first command, or change only that list with the
        second:
      </p>
      <p className="fine">
        <code>pnpm email:suppressions remove {shellWord(address)} --reason …</code>
      </p>
      <p className="fine">
        <code>aws sesv2 delete-suppressed-destination --email-address {shellWord(address)}</code>
      </p>
    </>
  );
}
