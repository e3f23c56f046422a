import type { Accounts } from "@repo/accounts";
import { locales } from "@repo/locales";
import { useContext } from "react";
import type { Cookies } from "../../http/cookies.ts";
import { fields } from "../../http/fields.ts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { preferLanguage } from "../../http/language.ts";
import { textsOf, useTexts } from "../../texts/texts.ts";
import { FormCard } from "../../ui/form.tsx";
import { Site } from "../../ui/site.ts";
import { ToSettings } from "./settings.tsx";

/** Chooses the language of the account, and of this browser for when nobody is logged in. */
export function language({ settings }: Accounts, cookies: Cookies) {
  return formPage({
    path: "/settings/language",
    fields: { locale: fields.locale },
    view: (form) => <ChooseLanguage form={form} />,
    async submit({ locale }, res) {
      await settings.changeLocale(res.locals.caller, locale);
      cookies.language.set(res, locale);
      preferLanguage(res, locale);
      return { json: { message: textsOf(locale).settings.language.message }, page: "/settings" };
    },
  });
}

function ChooseLanguage({ form }: { form: FormState }) {
  const t = useTexts().settings.language;
  const { locale: current } = useContext(Site);
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={t.save}
      intro={<p>{t.intro}</p>}
      after={<ToSettings />}
    >
      <div className="field">
        <label htmlFor="locale">{t.label}</label>
        <select id="locale" name="locale" defaultValue={current}>
          {locales.map((locale) => (
            <option key={locale} value={locale} lang={locale}>
              {textsOf(locale).settings.language.name}
            </option>
          ))}
        </select>
      </div>
    </FormCard>
  );
}
