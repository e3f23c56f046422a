import { fields } from "../http/fields.ts";
import type { FormState } from "../http/form-page.ts";
import { Field } from "../ui/form.tsx";

/** What a person tells of themselves: `Profile` of packages/accounts. */
export const profileFields = { name: fields.name };

/** Their inputs, at sign-up and where a link is opened in another browser. */
export function ProfileFields({ form }: { form: FormState }) {
  return <Field form={form} name="name" label="Name" autoComplete="name" />;
}
