import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { leaveSession } from "../http/session.tsx";
import {
  DeadLink,
  FormCard,
  NewPasswordField,
  TokenField,
  UserNameField,
  isDeadLink,
} from "../ui/form.tsx";
import { Notice } from "../ui/notice.tsx";

export function resetPassword(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/reset-password",
    fields: { token: fields.token, password: fields.newPassword },
    open: async ({ token }): Promise<string | undefined> =>
      token ? accounts.openReset(token) : undefined,
    view: (form, email) => <ResetPassword form={form} email={email} />,
    async submit(input, res) {
      const trusted = await accounts.resetPassword(res.locals.caller, input);
      await leaveSession(accounts, cookies, res);
      cookies.trusted.set(res, trusted);
      return { json: { message: "Your password is changed. Log in with it." }, page: <Changed /> };
    },
  });
}

function ResetPassword({ form, email }: { form: FormState; email: string | undefined }) {
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        <a href="/forgot-password">Ask for a new link</a>
      </DeadLink>
    );
  }
  return (
    <FormCard
      title="Choose a new password"
      form={form}
      submit="Change the password"
      intro={
        <p>
          For <strong>{email}</strong>. You will be logged out everywhere.
        </p>
      }
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <NewPasswordField form={form} label="New password" />
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
