import { type Accounts, CHECK_MINUTES } from "@repo/accounts";
import { formatsOf } from "@repo/locales";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { CHECKED_PAGES } from "../../http/settings-access.tsx";
import { CurrentPasswordField, FormCard, UserNameField } from "../../ui/form.tsx";
import { ToSettings } from "./settings.tsx";

/** Asks for the password before a page that changes what gives access. */
export function check(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/settings/check",
    fields: { currentPassword: fields.currentPassword, next: fields.next.optional() },
    open: async (_values, res) => res.locals.user?.email,
    view: (form, email) => <TypePassword form={form} email={email} />,
    async submit({ currentPassword, next }, res) {
      const { caller } = res.locals;
      cookies.session.set(res, await accounts.settings.typePassword(caller, currentPassword));
      return {
        json: { message: `You may go on for ${formatsOf("en").duration(CHECK_MINUTES)}.` },
        page: CHECKED_PAGES.find((page) => page === next) ?? "/settings",
      };
    },
  });
}

function TypePassword({ form, email = "" }: { form: FormState; email: string | undefined }) {
  return (
    <FormCard
      title="Type your password again"
      form={form}
      submit="Go on"
      intro={
        <p>
          What comes next changes who can use your account. So we ask for your password. We do not
          ask again for {formatsOf("en").duration(CHECK_MINUTES)}.
        </p>
      }
      after={
        <>
          <p>
            <a href="/forgot-password">Forgot your password?</a>
          </p>
          <ToSettings />
        </>
      }
    >
      <input type="hidden" name="next" defaultValue={form.values.next} />
      <UserNameField email={email} />
      <CurrentPasswordField form={form} />
    </FormCard>
  );
}
