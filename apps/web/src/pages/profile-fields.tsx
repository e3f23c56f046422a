import type { Profile } from "@repo/accounts";
import type { z } from "zod";
import { fields } from "../http/fields.ts";
import type { FormState } from "../http/form-page.ts";
import { useTexts } from "../texts/texts.ts";
import { Field } from "../ui/form.tsx";

/** What people fill in about themselves: each field of `Profile` of packages/accounts. */
export const profileFields = { name: fields.name } satisfies Record<keyof Profile, z.ZodType>;

/** The inputs for it: at sign-up, and when the link is opened in another browser. */
export function ProfileFields({ form }: { form: FormState }) {
  return <Field form={form} name="name" label={useTexts().form.name} autoComplete="name" />;
}
