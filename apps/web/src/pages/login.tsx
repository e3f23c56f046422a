import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { userJson } from "../http/user-json.ts";
import { beginSession } from "../http/session.tsx";
import { useTexts } from "../texts/texts.ts";
import { Field, FormCard } from "../ui/form.tsx";

export function login(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/login",
    fields: { email: fields.email, password: fields.password },
    view: (form) => <LogIn form={form} />,
    async submit(input, res) {
      const logIn = await accounts.logIn(res.locals.caller, input);
      await beginSession(accounts, cookies, res, logIn);
      return { json: { user: userJson(logIn.user) }, page: "/account" };
    },
  });
}

function LogIn({ form }: { form: FormState }) {
  const t = useTexts();
  return (
    <FormCard
      title={t.logIn.title}
      form={form}
      submit={t.logIn.title}
      after={
        <>
          <p>
            <a href="/forgot-password">{t.logIn.forgot}</a>
          </p>
          <p>
            {t.logIn.newHere} <a href="/signup">{t.signUp.title}</a>
          </p>
        </>
      }
    >
      <Field form={form} name="email" label={t.form.email} type="email" autoComplete="username" />
      <Field
        form={form}
        name="password"
        label={t.form.password}
        type="password"
        autoComplete="current-password"
      />
    </FormCard>
  );
}
