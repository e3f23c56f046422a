import type { RequestHandler } from "express";
import type { Accounts } from "../accounts/accounts.ts";
import { PASSWORD_LENGTH } from "../accounts/passwords.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { Field, FormCard } from "../ui/form.tsx";
import { Notice } from "../ui/notice.tsx";

export function signup(accounts: Accounts, sameOrigin: RequestHandler) {
  return formPage(sameOrigin, {
    path: "/signup",
    fields: { name: fields.name, email: fields.email, password: fields.newPassword },
    view: (form) => <SignUp form={form} />,
    async submit(input) {
      await accounts.signUp(input);
      return {
        // 202: the account waits for its link. The same whether the address is new or not.
        status: 202,
        json: { message: "Check your email for a link." },
        page: <CheckYourEmail email={input.email} />,
      };
    },
  });
}

function SignUp({ form }: { form: FormState }) {
  return (
    <FormCard
      title="Sign up"
      form={form}
      submit="Sign up"
      after={
        <p>
          Have an account already? <a href="/login">Log in</a>
        </p>
      }
    >
      <Field form={form} name="name" label="Name" autoComplete="name" />
      <Field form={form} name="email" label="Email" type="email" autoComplete="email" />
      <Field
        form={form}
        name="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        hint={`At least ${PASSWORD_LENGTH.min} characters.`}
      />
    </FormCard>
  );
}

function CheckYourEmail({ email }: { email: string }) {
  return (
    <Notice title="Check your email">
      <p>
        We have sent a link to <strong>{email}</strong>. Open it to get in.
      </p>
      <p className="fine">
        Nothing after a few minutes? Look in the spam folder, or <a href="/signup">sign up again</a>{" "}
        with the address spelled right.
      </p>
    </Notice>
  );
}
