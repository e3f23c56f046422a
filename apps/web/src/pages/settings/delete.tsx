import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import { formatsOf } from "@repo/locales";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { leaveSession } from "../../http/session.tsx";
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
        json: { message: "Check your email for a link." },
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
      return { json: { message: "Your account is deleted." }, page: <Deleted /> };
    },
  });
}

function AskForDeletion({ form }: { form: FormState }) {
  return (
    <FormCard
      title="Delete your account"
      form={form}
      submit="Send the link"
      intro={
        <>
          <p>
            We email you a link. When you open it in this browser, your account is deleted, with all
            that we know about you. Nobody can bring it back.
          </p>
          <p>
            You may want to <a href="/settings/export">download your data</a> first.
          </p>
        </>
      }
      after={<ToSettings />}
    >
      {null}
    </FormCard>
  );
}

function CheckYourEmail() {
  return (
    <Notice title="Check your email">
      <p>
        The link is on its way. Open it in this browser. It works for{" "}
        {formatsOf("en").duration(LINK_MINUTES.delete_account)}.
      </p>
      <p className="fine">
        If your address was changed in the last days, the link goes to the old one. Nothing after a
        few minutes? Look in the spam folder.
      </p>
    </Notice>
  );
}

function ConfirmDeletion({ form, email }: { form: FormState; email: string | undefined }) {
  if (isDeadLink(form) || email === undefined) {
    return (
      <DeadLink form={form}>
        <a href="/settings/delete">Ask for a new link</a>
      </DeadLink>
    );
  }
  return (
    <FormCard
      title="Delete your account"
      form={form}
      submit="Delete the account for good"
      intro={
        <p>
          The account of <strong>{email}</strong> ends now, with all that we know about you. Nobody
          can bring it back.
        </p>
      }
      after={<ToSettings />}
    >
      <TokenField form={form} />
      <UserNameField email={email} />
      <CurrentPasswordField form={form} />
    </FormCard>
  );
}

function Deleted() {
  return (
    <Notice title="Your account is deleted">
      <p>We send you one last email. As soon as it is sent, we erase your address too.</p>
      <p>
        <a href="/">Go to the home page</a>
      </p>
    </Notice>
  );
}
