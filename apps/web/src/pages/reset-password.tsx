import type { RequestHandler } from "express";
import type { Accounts } from "../accounts/accounts.ts";
import { PASSWORD_LENGTH } from "../accounts/passwords.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import type { SessionCookie } from "../http/session.ts";
import { DeadLink, Field, FormCard, TokenField, isDeadLink } from "../ui/form.tsx";
import { Notice } from "../ui/notice.tsx";

export function resetPassword(
  accounts: Accounts,
  cookie: SessionCookie,
  sameOrigin: RequestHandler,
) {
  return formPage(sameOrigin, {
    path: "/reset-password",
    fields: { token: fields.token, password: fields.newPassword },
    view: (form) => <ResetPassword form={form} />,
    async submit(input, res) {
      await accounts.resetPassword(input);
      cookie.clear(res);
      return { json: { message: "Your password is changed. Log in with it." }, page: <Changed /> };
    },
  });
}

function ResetPassword({ form }: { form: FormState }) {
  if (isDeadLink(form)) {
    return (
      <DeadLink form={form}>
        <a href="/forgot-password">Ask for a new link</a>
      </DeadLink>
    );
  }
  return (
    <FormCard title="Choose a new password" form={form} submit="Change the password">
      <TokenField form={form} />
      <Field
        form={form}
        name="password"
        label="New password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_LENGTH.min} characters. You will be logged out everywhere.`}
      />
    </FormCard>
  );
}

function Changed() {
  return (
    <Notice title="Your password is changed">
      <p>You are logged out everywhere. Log in with the new password.</p>
      <p className="actions">
        <a className="button" href="/login">
          Log in
        </a>
      </p>
    </Notice>
  );
}
