import type { ReactNode } from "react";
import type { FormState } from "../http/form-page.ts";
import { useTexts } from "../texts/texts.ts";
import { Layout } from "./layout.tsx";
import { Notice } from "./notice.tsx";

interface FormCardProps {
  title: string;
  form: FormState;
  /** The text of the button. */
  submit: string;
  /** Sentences above the fields. */
  intro?: ReactNode;
  /** Whether it cannot be undone: then the button is red. */
  isFinal?: boolean;
  /** Links below the button. */
  after?: ReactNode;
  children: ReactNode;
}

/** A page with one form, which posts to the page's own path. */
export function FormCard(props: FormCardProps) {
  const { title, form, submit, isFinal = false, intro, after, children } = props;
  const t = useTexts().form;
  return (
    <Layout title={form.message === undefined ? title : t.error(title)}>
      <section className="card">
        <h1>{title}</h1>
        {form.message !== undefined && (
          <p className="alert" role="alert">
            {form.message}
          </p>
        )}
        {intro}
        {/* noValidate: our own messages are the same in every browser, and tied to the fields. */}
        <form method="post" action={form.path} noValidate>
          {children}
          <button className={isFinal ? "primary final" : "primary"}>{submit}</button>
        </form>
        {after}
      </section>
    </Layout>
  );
}

interface FieldProps {
  form: FormState;
  name: string;
  label: string;
  type?: "text" | "email" | "password" | "tel" | "url" | "number" | "date";
  autoComplete: string;
  hint?: string;
}

/** A labelled input with its hint and its error, both tied to it for a screen reader. */
export function Field({ form, name, label, type = "text", autoComplete, hint }: FieldProps) {
  const t = useTexts().form;
  const error = form.errors[name];
  const isFirstError = error !== undefined && Object.keys(form.errors)[0] === name;
  const describedBy = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {hint && (
        <p className="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="error" id={`${name}-error`}>
          {error}
        </p>
      )}
      <input
        id={name}
        name={name}
        type={type}
        required
        autoComplete={autoComplete}
        defaultValue={form.values[name]}
        autoFocus={isFirstError}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy || undefined}
        // For the button of page.js.
        {...(type === "password" && { "data-show": t.showPassword, "data-hide": t.hidePassword })}
      />
    </div>
  );
}

/** A password that is being chosen. */
export function NewPasswordField({ form, label }: { form: FormState; label: string }) {
  return (
    <Field
      form={form}
      name="password"
      label={label}
      type="password"
      autoComplete="new-password"
      hint={useTexts().form.passwordHint}
    />
  );
}

/** The password of the account that this browser is logged in to. */
export function CurrentPasswordField({ form }: { form: FormState }) {
  return (
    <Field
      form={form}
      name="currentPassword"
      label={useTexts().form.currentPassword}
      type="password"
      autoComplete="current-password"
    />
  );
}

/** The token of the link that opened the page. */
export function TokenField({ form }: { form: FormState }) {
  return <input type="hidden" name="token" defaultValue={form.values.token} />;
}

/** The account's address, hidden. Password managers use it to find the right entry. */
export function UserNameField({ email }: { email: string }) {
  return (
    <input
      className="hidden"
      type="email"
      autoComplete="username"
      value={email}
      readOnly
      tabIndex={-1}
      aria-hidden
    />
  );
}

/** Whether the link has no token, or one that will never work. */
export function isDeadLink(form: FormState): boolean {
  return !form.values.token || form.errors.token !== undefined;
}

/** Shown instead of the form when the link is dead. The children say how to get a new link. */
export function DeadLink({ form, children }: { form: FormState; children: ReactNode }) {
  const t = useTexts();
  return (
    <Notice title={t.form.deadLink}>
      <p className="alert" role="alert">
        {form.errors.token ?? t.fields.incompleteLink}
      </p>
      <p>{children}</p>
    </Notice>
  );
}
