import { AccountError, type Accounts } from "@repo/accounts";
import type { Decision } from "@repo/email/operations";
import type { Response, Router } from "express";
import type { ReactElement, ReactNode } from "react";
import { z } from "zod";
import type { Answer } from "../http/answer.tsx";
import type { Cookies } from "../http/cookies.ts";
import { HttpError } from "../http/errors.tsx";
import { fields as commonFields, text } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { CurrentPasswordField, Field, UserNameField } from "../ui/form.tsx";
import { refusing } from "./errors.ts";
import { OpsPage, type Place } from "./page.tsx";
import { Refusal } from "./refusal.tsx";

/** What every page with a change needs. */
export interface Guard {
  accounts: Accounts;
  cookies: Cookies;
}

// As `Decision` of packages/email.
const MAX_REASON = 500;

const DECISION = {
  because: text("Say why. It is kept for those who ask later.")
    .trim()
    .min(1, { error: "Say why. It is kept for those who ask later.", abort: true })
    .max(MAX_REASON, `Use at most ${MAX_REASON} characters.`),
  currentPassword: commonFields.currentPassword.optional(),
};

/**
 * The beginning of the pause or the suppression that the operator has seen. Missing: there was
 * none. The form repeats this time, so that the decision does not end a newer one.
 */
export const SEEN = { seen: z.iso.datetime().optional() };
export const seenOf = (seen: string | undefined) => (seen === undefined ? null : new Date(seen));
export const Seen = ({ at }: { at: Date }) => (
  <input type="hidden" name="seen" value={at.toISOString()} />
);

interface DecisionPage<Shape extends z.ZodRawShape, Opened> {
  path: string;
  at: Place;
  title: string;
  /** The text of the button. */
  submit: string;
  /** Fields beside the reason and the password. */
  fields: Shape;
  /** Reads what the operator sees before a decision. If it fails, the page shows no form. */
  open: (values: Record<string, string>) => Promise<Opened>;
  /** The same for a program. Default: only the names of the fields. */
  json?: (opened: Opened) => object;
  /** What would happen, and the fields. */
  view: (form: FormState, opened: Opened | undefined) => ReactNode;
  /** Makes the change. Undefined: it has sent the answer itself. */
  act: (
    input: z.infer<z.ZodObject<Shape>>,
    decision: Decision,
    res: Response,
  ) => Promise<Answer | undefined>;
}

/**
 * A page on which an operator changes something. It asks why, and for the password if the operator
 * has not typed it for a while.
 */
export function decisionPage<Shape extends z.ZodRawShape, Opened = undefined>(
  { accounts, cookies }: Guard,
  {
    path,
    at,
    title,
    submit,
    fields,
    open,
    json = () => ({}),
    view,
    act,
  }: DecisionPage<Shape, Opened>,
): Router {
  const { settings } = accounts;

  /**
   * @throws HttpError `PASSWORD_CHECK_NEEDED`; AccountError `WRONG_PASSWORD`, `TOO_MANY_TRIES`,
   *   `BUSY`
   */
  async function requirePassword(res: Response, password: string | undefined): Promise<void> {
    const { caller } = res.locals;
    if (await settings.hasTypedPassword(caller)) return;
    if (password === undefined) {
      const { status, code, message } = new AccountError("PASSWORD_CHECK_NEEDED");
      throw new HttpError(status, code, message, { fields: { currentPassword: message } });
    }
    const session = await settings.typePassword(caller, password);
    cookies.session.set(res, session);
    // If the form is shown again, it is for the renewed session.
    res.locals.caller = { ...caller, session };
  }

  return formPage({
    path,
    fields: { ...fields, ...DECISION },
    open: async (values, res) => ({
      opened: await refusing(() => open(values)),
      askPassword: !(await settings.hasTypedPassword(res.locals.caller)),
      email: res.locals.user?.email ?? "",
    }),
    json: ({ opened }) => json(opened),
    view: (form, opened) => (
      <DecisionForm {...{ at, title, submit, form }} {...opened}>
        {view(form, opened?.opened)}
      </DecisionForm>
    ),
    async submit(input, res) {
      const { because, currentPassword } = input as z.infer<z.ZodObject<typeof DECISION>>;
      await requirePassword(res, currentPassword);
      const decision = { by: nameOf(res), because };
      return await refusing(() => act(input as z.infer<z.ZodObject<Shape>>, decision, res));
    },
  });
}

/** Who decides, for the log of actions: no address, and unique even if two have the same name. */
function nameOf(res: Response): string {
  const { name = "", id = "" } = res.locals.user ?? {};
  return `${name} (${id})`;
}

interface DecisionFormProps {
  at: Place;
  title: string;
  submit: string;
  form: FormState;
  askPassword?: boolean;
  email?: string;
  children: ReactNode;
}

function DecisionForm(props: DecisionFormProps): ReactElement {
  const { at, title, submit, form, askPassword = false, email = "", children } = props;
  return (
    <OpsPage title={form.message === undefined ? title : `Error: ${title}`} at={at}>
      <section className="card">
        <h1>{title}</h1>
        {form.message !== undefined && <Refusal message={form.message} />}
        {/* If `open` has failed, the subject of the form does not exist. */}
        {props.email !== undefined && (
          <form method="post" action={form.path} noValidate>
            {children}
            <Field form={form} name="because" label="Why" autoComplete="off" />
            {askPassword && (
              <>
                <UserNameField email={email} />
                <CurrentPasswordField form={form} />
              </>
            )}
            <button className="primary">{submit}</button>
          </form>
        )}
        <p>
          <a href={at}>Back, without a change</a>
        </p>
      </section>
    </OpsPage>
  );
}

/** A choice between a few values. */
export function Choice({
  form,
  name,
  label,
  options,
}: {
  form: FormState;
  name: string;
  label: string;
  options: [value: string, text: string][];
}) {
  const chosen = form.values[name] ?? options[0]?.[0];
  return (
    <fieldset>
      <legend>{label}</legend>
      {options.map(([value, words]) => (
        <label key={value} className="ops-radio">
          <input type="radio" name={name} value={value} defaultChecked={value === chosen} /> {words}
        </label>
      ))}
    </fieldset>
  );
}
