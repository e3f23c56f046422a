import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import { duration } from "@repo/templates/duration";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
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
        json: { message: "If there is an account, an email with a link is on its way." },
        page: <CheckYourEmail email={email} />,
      };
    },
  });
}

function ForgotPassword({ form }: { form: FormState }) {
  return (
    <FormCard
      title="Forgot your password?"
      form={form}
      submit="Send the link"
      intro={<p>We will email you a link to choose a new one.</p>}
      after={
        <p>
          <a href="/login">Back to log in</a>
        </p>
      }
    >
      <Field form={form} name="email" label="Email" type="email" autoComplete="username" />
    </FormCard>
  );
}

function CheckYourEmail({ email }: { email: string }) {
  return (
    <Notice title="Check your email">
      <p>
        If <strong>{email}</strong> has an account, a link to choose a new password is on its way.
        It works for {duration(LINK_MINUTES.reset_password)}.
      </p>
      <p className="fine">
        Nothing after a few minutes? Look in the spam folder, or{" "}
        <a href="/forgot-password">try another address</a>.
      </p>
    </Notice>
  );
}
