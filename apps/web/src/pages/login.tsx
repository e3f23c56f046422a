import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { userJson } from "../http/user-json.ts";
import { beginSession } from "../http/session.tsx";
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
