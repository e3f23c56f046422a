import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { userJson } from "../../http/user-json.ts";
import { textsOf, useFormats, useTexts } from "../../texts/texts.ts";
import { DeadLink, Field, FormCard, TokenField, isDeadLink } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ToSettings } from "./settings.tsx";

/** Asks for another address of the account. */
export function address({ settings }: Accounts) {
  return formPage({
    path: "/settings/address",
    fields: { email: fields.email },
    open: async (_values, res) => res.locals.user?.email,
    view: (form, current) => <ChangeAddress form={form} current={current} />,
    async submit({ email }, res) {
      await settings.requestAddressChange(res.locals.caller, email);
      return {
        status: 202,
        json: { message: textsOf(res.locals.locale).settings.address.message },
        page: <CheckYourEmail email={email} />,
      };
    },
  });
}

/** Gives the account the address whose link was opened. */
export function confirmAddress({ settings }: Accounts, cookies: Cookies) {
  return formPage({
    path: "/settings/address/confirm",
    fields: { token: fields.token },
    open: async ({ token }, res): Promise<string | undefined> =>
      token ? settings.openAddressChange(res.locals.caller, token) : undefined,
    view: (form, email) => <ConfirmAddress form={form} email={email} />,
    async submit({ token }, res) {
      const { caller } = res.locals;
      const { user, session, trusted } = await settings.confirmAddressChange(caller, token);
      cookies.session.set(res, session);
      cookies.trusted.set(res, trusted);
      return { json: { user: userJson(user) }, page: "/settings" };
    },
  });
}

function ChangeAddress({ form, current }: { form: FormState; current: string | undefined }) {
  const t = useTexts().settings.address;
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.send}
      intro={<p>{t.intro(<strong>{current}</strong>)}</p>}
      after={<ToSettings />}
    >
      <Field form={form} name="email" label={t.newEmail} type="email" autoComplete="email" />
    </FormCard>
  );
}

function CheckYourEmail({ email }: { email: string }) {
  const t = useTexts().settings.address;
  const life = useFormats().duration(LINK_MINUTES.change_address);
  return (
    <Notice title={t.sentTitle}>
      <p>{t.sent(<strong>{email}</strong>, life)}</p>
      <p className="fine">{t.nothing}</p>
    </Notice>
  );
}

function ConfirmAddress({ form, email }: { form: FormState; email: string | undefined }) {
  const t = useTexts().settings.address;
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        <a href="/settings/address">{t.newLink}</a>
      </DeadLink>
    );
  }
  return (
    <FormCard
      title={t.confirm}
      form={form}
      submit={t.confirm}
      intro={<p>{t.gets(<strong>{email}</strong>, LINK_MINUTES.undo_address / (24 * 60))}</p>}
      after={<ToSettings />}
    >
      <TokenField form={form} />
    </FormCard>
  );
}
