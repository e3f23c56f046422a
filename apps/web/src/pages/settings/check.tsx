import { type Accounts, CHECK_MINUTES } from "@repo/accounts";
import { formatsOf } from "@repo/locales";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { CHECKED_PAGES } from "../../http/logged-in.tsx";
import { textsOf, useFormats, useTexts } from "../../texts/texts.ts";
import { CurrentPasswordField, FormCard, UserNameField } from "../../ui/form.tsx";
import { ToSettings } from "./settings.tsx";

/** Asks for the password before the pages of `CHECKED_PAGES`. */
export function check(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/settings/check",
    fields: { currentPassword: fields.currentPassword, next: fields.next.optional() },
    open: async (_values, res) => res.locals.user?.email,
    view: (form, email) => <TypePassword form={form} email={email} />,
    async submit({ currentPassword, next }, res) {
      const { caller, locale } = res.locals;
      cookies.session.set(res, await accounts.settings.typePassword(caller, currentPassword));
      const wait = formatsOf(locale).duration(CHECK_MINUTES);
      return {
        json: { message: textsOf(locale).settings.check.message(wait) },
        page: CHECKED_PAGES.find((page) => page === next) ?? "/settings",
      };
    },
  });
}

function TypePassword({ form, email = "" }: { form: FormState; email: string | undefined }) {
  const { settings, logIn } = useTexts();
  const t = settings.check;
  const wait = useFormats().duration(CHECK_MINUTES);
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.goOn}
      intro={<p>{t.why(wait)}</p>}
      after={
        <>
          <p>
            <a href="/forgot-password">{logIn.forgot}</a>
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
