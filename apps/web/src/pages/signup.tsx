import type { Accounts } from "@repo/accounts";
import { challenge } from "../http/challenge.ts";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { textsOf, useTexts } from "../texts/texts.ts";
import { Field, FormCard, NewPasswordField } from "../ui/form.tsx";
import { ProfileFields, profileFields } from "./profile-fields.tsx";
import { Sent } from "./signup-sent.tsx";

export function signup(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/signup",
    fields: { ...profileFields, email: fields.email, password: fields.newPassword },
    view: (form) => <SignUp form={form} />,
    async submit(input, res, req) {
      await challenge(req);
      cookies.signUp.set(res, await accounts.signUp(res.locals.caller, input));
      return {
        // 202: there is no account until the link is opened. The answer is the same for a known
        // address.
        status: 202,
        json: { message: textsOf(res.locals.locale).signUp.message },
        page: <Sent email={input.email} status="on-its-way" />,
      };
    },
  });
}

function SignUp({ form }: { form: FormState }) {
  const t = useTexts();
  return (
    <FormCard
      title={t.signUp.title}
      form={form}
      submit={t.signUp.title}
      after={
        <p>
          {t.signUp.haveAccount} <a href="/login">{t.logIn.title}</a>
        </p>
      }
    >
      <ProfileFields form={form} />
      <Field form={form} name="email" label={t.form.email} type="email" autoComplete="username" />
      <NewPasswordField form={form} label={t.form.password} />
    </FormCard>
  );
}
