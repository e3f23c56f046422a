import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { textsOf, useFormats, useTexts } from "../texts/texts.ts";
import { Field, FormCard } from "../ui/form.tsx";
import { Notice } from "../ui/notice.tsx";

export function forgotPassword(accounts: Accounts) {
  return formPage({
    path: "/forgot-password",
    fields: { email: fields.email },
    view: (form) => <ForgotPassword form={form} />,
    async submit({ email }, res) {
      await accounts.requestPasswordReset(res.locals.caller, email);
      return {
        status: 202,
        json: { message: textsOf(res.locals.locale).forgotPassword.message },
        page: <CheckYourEmail email={email} />,
      };
    },
  });
}

function ForgotPassword({ form }: { form: FormState }) {
  const t = useTexts();
  return (
    <FormCard
      title={t.forgotPassword.title}
      form={form}
      submit={t.forgotPassword.send}
      intro={<p>{t.forgotPassword.intro}</p>}
      after={
        <p>
          <a href="/login">{t.forgotPassword.back}</a>
        </p>
      }
    >
      <Field form={form} name="email" label={t.form.email} type="email" autoComplete="username" />
    </FormCard>
  );
}

function CheckYourEmail({ email }: { email: string }) {
  const t = useTexts().forgotPassword;
  const life = useFormats().duration(LINK_MINUTES.reset_password);
  return (
    <Notice title={t.sentTitle}>
      <p>{t.sent(<strong>{email}</strong>, life)}</p>
      <p className="fine">{t.nothing}</p>
    </Notice>
  );
}
