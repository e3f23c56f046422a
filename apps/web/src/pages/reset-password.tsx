import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { leaveSession } from "../http/session.tsx";
import { textsOf, useTexts } from "../texts/texts.ts";
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
      return {
        json: { message: textsOf(res.locals.locale).resetPassword.message },
        page: <Changed />,
      };
    },
  });
}

function ResetPassword({ form, email }: { form: FormState; email: string | undefined }) {
  const texts = useTexts();
  const t = texts.resetPassword;
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        <a href="/forgot-password">{t.newLink}</a>
      </DeadLink>
    );
  }
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.change}
      intro={<p>{t.intro(<strong>{email}</strong>)}</p>}
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <NewPasswordField form={form} label={texts.form.newPassword} />
    </FormCard>
  );
}

function Changed() {
  const t = useTexts();
  return (
    <Notice title={t.resetPassword.changedTitle}>
      <p>{t.resetPassword.changed}</p>
      <p className="actions">
        <a className="button" href="/login">
          {t.logIn.title}
        </a>
      </p>
    </Notice>
  );
}
