import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { leaveSession } from "../../http/session.tsx";
import { textsOf, useFormats, useTexts } from "../../texts/texts.ts";
import {
  CurrentPasswordField,
  DeadLink,
  FormCard,
  TokenField,
  UserNameField,
  isDeadLink,
} from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ToSettings } from "./settings.tsx";

/** Asks for the link that deletes the account. */
export function deletion({ settings }: Accounts) {
  return formPage({
    path: "/settings/delete",
    fields: {},
    view: (form) => <AskForDeletion form={form} />,
    async submit(_input, res) {
      await settings.requestDeletion(res.locals.caller);
      return {
        status: 202,
        json: { message: textsOf(res.locals.locale).settings.delete.message },
        page: <CheckYourEmail />,
      };
    },
  });
}

/** Deletes the account whose link was opened. */
export function confirmDeletion(accounts: Accounts, cookies: Cookies) {
  const { settings } = accounts;
  return formPage({
    path: "/settings/delete/confirm",
    fields: { token: fields.token, currentPassword: fields.currentPassword },
    open: async ({ token }, res): Promise<string | undefined> =>
      token ? settings.openDeletion(res.locals.caller, token) : undefined,
    view: (form, email) => <ConfirmDeletion form={form} email={email} />,
    async submit(input, res) {
      await settings.deleteAccount(res.locals.caller, input);
      await leaveSession(accounts, cookies, res);
      cookies.trusted.clear(res);
      const { deletedMessage } = textsOf(res.locals.locale).settings.delete;
      return { json: { message: deletedMessage }, page: <Deleted /> };
    },
  });
}

function AskForDeletion({ form }: { form: FormState }) {
  const t = useTexts().settings.delete;
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.send}
      intro={
        <>
          <p>{t.intro}</p>
          <p>{t.downloadFirst}</p>
        </>
      }
      after={<ToSettings />}
    >
      {null}
    </FormCard>
  );
}

function CheckYourEmail() {
  const t = useTexts().settings.delete;
  const life = useFormats().duration(LINK_MINUTES.delete_account);
  return (
    <Notice title={t.sentTitle}>
      <p>{t.sent(life)}</p>
      <p className="fine">{t.nothing}</p>
    </Notice>
  );
}

function ConfirmDeletion({ form, email }: { form: FormState; email: string | undefined }) {
  const t = useTexts().settings.delete;
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        <a href="/settings/delete">{t.newLink}</a>
      </DeadLink>
    );
  }
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.confirm}
      isFinal
      intro={<p>{t.ends(<strong>{email}</strong>)}</p>}
      after={<ToSettings />}
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <CurrentPasswordField form={form} />
    </FormCard>
  );
}

function Deleted() {
  const { settings, errors } = useTexts();
  const t = settings.delete;
  return (
    <Notice title={t.deletedTitle}>
      <p>{t.deleted}</p>
      <p>
        <a href="/">{errors.toHome}</a>
      </p>
    </Notice>
  );
}
