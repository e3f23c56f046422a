import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import { formatsOf } from "@repo/locales";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { userJson } from "../../http/user-json.ts";
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
        json: { message: "Check the mailbox of the new address for a link." },
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
  return (
    <FormCard
      title="Change your address"
      form={form}
      submit="Send the link"
      intro={
        <p>
          Your address is <strong>{current}</strong>. We email a link to the new one. Your address
          changes when you open that link in this browser.
        </p>
      }
      after={<ToSettings />}
    >
      <Field form={form} name="email" label="New email" type="email" autoComplete="email" />
    </FormCard>
  );
}

function CheckYourEmail({ email }: { email: string }) {
  return (
    <Notice title="Check your email">
      <p>
        An email to <strong>{email}</strong> is on its way. Open its link in this browser. It works
        for {formatsOf("en").duration(LINK_MINUTES.change_address)}.
      </p>
      <p className="fine">
        Nothing after a few minutes? Look in the spam folder, or{" "}
        <a href="/settings/address">try another address</a>.
      </p>
    </Notice>
  );
}

function ConfirmAddress({ form, email }: { form: FormState; email: string | undefined }) {
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        <a href="/settings/address">Ask for a new link</a>
      </DeadLink>
    );
  }
  return (
    <FormCard
      title="Use this address"
      form={form}
      submit="Use this address"
      intro={
        <p>
          Your account gets the address <strong>{email}</strong>. We tell the old address, which can
          have the account back for {LINK_MINUTES.undo_address / (24 * 60)} days.
        </p>
      }
      after={<ToSettings />}
    >
      <TokenField form={form} />
    </FormCard>
  );
}
