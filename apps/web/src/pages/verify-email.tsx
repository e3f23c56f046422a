import type { RequestHandler } from "express";
import type { Accounts } from "../accounts/accounts.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import type { SessionCookie } from "../http/session.ts";
import { userJson } from "../http/user-json.ts";
import { DeadLink, FormCard, TokenField, isDeadLink } from "../ui/form.tsx";

export function verifyEmail(accounts: Accounts, cookie: SessionCookie, sameOrigin: RequestHandler) {
  return formPage(sameOrigin, {
    path: "/verify-email",
    fields: { token: fields.token },
    view: (form) => <VerifyEmail form={form} />,
    async submit({ token }, res) {
      const { user, session } = await accounts.verifyEmail(token);
      cookie.set(res, session);
      return { json: { user: userJson(user) }, page: "/account" };
    },
  });
}

/** The button is there because mail scanners open links, and would use the token up. */
function VerifyEmail({ form }: { form: FormState }) {
  if (isDeadLink(form)) {
    return (
      <DeadLink form={form}>
        Verified already? <a href="/account">Go to your account</a>. Otherwise{" "}
        <a href="/login">log in</a>, and we send you a new link.
      </DeadLink>
    );
  }
  return (
    <FormCard
      title="Verify your email"
      form={form}
      submit="Verify and log in"
      intro={<p>One more step: press the button, and you are in.</p>}
    >
      <TokenField form={form} />
    </FormCard>
  );
}
