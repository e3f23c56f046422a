import type { Accounts } from "@repo/accounts";
import { type FormState, formPage } from "../../http/form-page.ts";
import { textsOf, useTexts } from "../../texts/texts.ts";
import { FormCard } from "../../ui/form.tsx";
import { ProfileFields, profileFields } from "../profile-fields.tsx";
import { ToSettings } from "./settings.tsx";

/** Changes what the person has told about themselves. */
export function profile(accounts: Accounts) {
  return formPage({
    path: "/settings/profile",
    fields: profileFields,
    open: async (_values, res) =>
      Object.fromEntries(
        Object.entries(await accounts.settings.profile(res.locals.caller)).filter(
          ([name, value]) => name in profileFields && value !== null,
        ),
      ) as Record<string, string>,
    view: (form, stored) => (
      <ChangeProfile form={{ ...form, values: { ...stored, ...form.values } }} />
    ),
    async submit(input, res) {
      await accounts.settings.changeProfile(res.locals.caller, input);
      return {
        json: { message: textsOf(res.locals.locale).settings.profile.message },
        page: "/settings",
      };
    },
  });
}

function ChangeProfile({ form }: { form: FormState }) {
  const t = useTexts().settings.profile;
  return (
    <FormCard title={t.title} form={form} submit={t.save} after={<ToSettings />}>
      <ProfileFields form={form} />
    </FormCard>
  );
}
