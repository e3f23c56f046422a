import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { textsOf, useTexts } from "../../texts/texts.ts";
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
        json: { message: textsOf(res.locals.locale).settings.password.message },
        page: <Changed />,
      };
    },
  });
}

function ChangePassword({ form, email = "" }: { form: FormState; email: string | undefined }) {
  const texts = useTexts();
  const t = texts.settings.password;
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.change}
      intro={<p>{t.intro}</p>}
      after={
        <>
          <p>
            <a href="/forgot-password">{texts.logIn.forgot}</a>
          </p>
          <ToSettings />
        </>
      }
    >
      <UserNameField email={email} />
      <CurrentPasswordField form={form} />
      <NewPasswordField form={form} label={texts.form.newPassword} />
    </FormCard>
  );
}

function Changed() {
  const t = useTexts().settings.password;
  return (
    <Notice title={t.changedTitle}>
      <p>{t.changed}</p>
      <ToSettings />
    </Notice>
  );
}
