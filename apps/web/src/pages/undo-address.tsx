import { type Accounts, LINK_MINUTES } from "@repo/accounts";
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
        json: { message: textsOf(res.locals.locale).undoAddress.message },
        page: <Undone />,
      };
    },
  });
}

function UndoAddress({ form, email }: { form: FormState; email: string | undefined }) {
  const texts = useTexts();
  const t = texts.undoAddress;
  if (isDeadLink(form) || email === undefined) {
    return <DeadLink form={form}>{t.dead(LINK_MINUTES.undo_address / (24 * 60))}</DeadLink>;
  }
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.takeBack}
      intro={<p>{t.intro(<strong>{email}</strong>)}</p>}
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <NewPasswordField form={form} label={texts.form.newPassword} />
    </FormCard>
  );
}

function Undone() {
  const { undoAddress: t, logIn } = useTexts();
  return (
    <Notice title={t.doneTitle}>
      <p>{t.done}</p>
      <p className="actions">
        <a className="button" href="/login">
          {logIn.title}
        </a>
      </p>
    </Notice>
  );
}
