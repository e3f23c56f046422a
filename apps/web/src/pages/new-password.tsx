import type { Accounts } from "@repo/accounts";
import type { ReactNode } from "react";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { leaveSession } from "../http/session.tsx";
import { type Texts, textsOf, useTexts } from "../texts/texts.ts";
import {
  DeadLink,
  FormCard,
  NewPasswordField,
  TokenField,
  UserNameField,
  isDeadLink,
} from "../ui/form.tsx";
import { Notice } from "../ui/notice.tsx";

interface NewPasswordPage {
  path: string;
  open: Accounts["openReset"];
  submit: Accounts["resetPassword"];
  texts: (texts: Texts) => Texts["resetPassword"] | Texts["undoAddress"];
  /** What to do if the link is dead. */
  dead: (texts: Texts) => ReactNode;
}

/** A page that the link of an email opens. It sets a new password, and logs out everywhere. */
export function newPasswordPage(accounts: Accounts, cookies: Cookies, page: NewPasswordPage) {
  return formPage({
    path: page.path,
    fields: { token: fields.token, password: fields.newPassword },
    open: async ({ token }): Promise<string | undefined> => (token ? page.open(token) : undefined),
    view: (form, email) => <Choose {...{ page, form, email }} />,
    async submit(input, res) {
      const trusted = await page.submit(res.locals.caller, input);
      await leaveSession(accounts, cookies, res);
      cookies.trusted.set(res, trusted);
      const { message } = page.texts(textsOf(res.locals.locale));
      return { json: { message }, page: <Done page={page} /> };
    },
  });
}

interface ChooseProps {
  page: NewPasswordPage;
  form: FormState;
  email: string | undefined;
}

function Choose({ page, form, email }: ChooseProps) {
  const texts = useTexts();
  const t = page.texts(texts);
  if (isDeadLink(form) || email === undefined) {
    return <DeadLink form={form}>{page.dead(texts)}</DeadLink>;
  }
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.submit}
      intro={<p>{t.intro(<strong>{email}</strong>)}</p>}
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <NewPasswordField form={form} label={texts.form.newPassword} />
    </FormCard>
  );
}

function Done({ page }: { page: NewPasswordPage }) {
  const texts = useTexts();
  const t = page.texts(texts);
  return (
    <Notice title={t.doneTitle}>
      <p>{t.done}</p>
      <p className="actions">
        <a className="button" href="/login">
          {texts.logIn.title}
        </a>
      </p>
    </Notice>
  );
}
