import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { CurrentPasswordField, FormCard, NewPasswordField, UserNameField } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ToSettings } from "./settings.tsx";

/** Sets a new password. */
export function password(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/settings/password",
    fields: { currentPassword: fields.currentPassword, password: fields.newPassword },
    open: async (_values, res) => res.locals.user?.email,
    view: (form, email) => <ChangePassword form={form} email={email} />,
    async submit(input, res) {
      const { session, trusted } = await accounts.settings.changePassword(res.locals.caller, input);
      cookies.session.set(res, session);
      cookies.trusted.set(res, trusted);
      return {
        json: { message: "Your password is changed. All other sessions have ended." },
        page: <Changed />,
      };
    },
  });
}

function ChangePassword({ form, email = "" }: { form: FormState; email: string | undefined }) {
  return (
    <FormCard
      title="Change your password"
      form={form}
      submit="Change the password"
      intro={<p>All other browsers will be logged out.</p>}
      after={
        <>
          <p>
            <a href="/forgot-password">Forgot your password?</a>
          </p>
          <ToSettings />
        </>
      }
    >
      <UserNameField email={email} />
      <CurrentPasswordField form={form} />
      <NewPasswordField form={form} label="New password" />
    </FormCard>
  );
}

function Changed() {
  return (
    <Notice title="Your password is changed">
      <p>You stay logged in here. All other browsers are logged out.</p>
      <ToSettings />
    </Notice>
  );
}
