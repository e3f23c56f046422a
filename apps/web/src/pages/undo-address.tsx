import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { leaveSession } from "../http/session.tsx";
import {
  DeadLink,
  FormCard,
  NewPasswordField,
  TokenField,
  UserNameField,
  isDeadLink,
} from "../ui/form.tsx";
import { Notice } from "../ui/notice.tsx";

/**
 * Brings an old address back. It takes a new password in the same post, so that a mail scanner that
 * posts forms changes nothing.
 */
export function undoAddress(accounts: Accounts, cookies: Cookies) {
  const { settings } = accounts;
  return formPage({
    path: "/undo-address",
    fields: { token: fields.token, password: fields.newPassword },
    open: async ({ token }): Promise<string | undefined> =>
      token ? settings.openUndo(token) : undefined,
    view: (form, email) => <UndoAddress form={form} email={email} />,
    async submit(input, res) {
      const trusted = await settings.undoAddress(res.locals.caller, input);
      await leaveSession(accounts, cookies, res);
      cookies.trusted.set(res, trusted);
      return {
        json: { message: "Your address and your password are changed. Log in with them." },
        page: <Undone />,
      };
    },
  });
}

function UndoAddress({ form, email }: { form: FormState; email: string | undefined }) {
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        The link works for a week, once. <a href="/login">Log in</a>, or{" "}
        <a href="/forgot-password">ask for a new password</a>.
      </DeadLink>
    );
  }
  return (
    <FormCard
      title="Take your account back"
      form={form}
      submit="Take the account back"
      intro={
        <p>
          The account gets its address <strong>{email}</strong> back, with the password that you
          choose now. Every browser is logged out.
        </p>
      }
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <NewPasswordField form={form} label="New password" />
    </FormCard>
  );
}

function Undone() {
  return (
    <Notice title="The account is yours again">
      <p>Its old address is back, and every browser is logged out. Log in with the new password.</p>
      <p className="actions">
        <a className="button" href="/login">
          Log in
        </a>
      </p>
    </Notice>
  );
}
