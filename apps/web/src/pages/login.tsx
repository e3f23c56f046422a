import type { RequestHandler } from "express";
import type { Accounts } from "../accounts/accounts.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import type { SessionCookie } from "../http/session.ts";
import { userJson } from "../http/user-json.ts";
import { Field, FormCard } from "../ui/form.tsx";

export function login(accounts: Accounts, cookie: SessionCookie, sameOrigin: RequestHandler) {
  return formPage(sameOrigin, {
    path: "/login",
    fields: { email: fields.email, password: fields.password },
    view: (form) => <LogIn form={form} />,
    async submit(input, res) {
      const { user, session } = await accounts.logIn(input);
      if (res.locals.session !== undefined) await accounts.logOut(res.locals.session);
      cookie.set(res, session);
      return { json: { user: userJson(user) }, page: "/account" };
    },
  });
}

function LogIn({ form }: { form: FormState }) {
  return (
    <FormCard
      title="Log in"
      form={form}
      submit="Log in"
      after={
        <>
          <p>
            <a href="/forgot-password">Forgot your password?</a>
          </p>
          <p>
            New here? <a href="/signup">Sign up</a>
          </p>
        </>
      }
    >
      <Field form={form} name="email" label="Email" type="email" autoComplete="username" />
      <Field
        form={form}
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
      />
    </FormCard>
  );
}
