import type { Accounts } from "@repo/accounts";
import { z } from "zod";
import type { Cookies } from "../http/cookies.ts";
import { fields } from "../http/fields.ts";
import { type FormState, formPage } from "../http/form-page.ts";
import { userJson } from "../http/user-json.ts";
import { beginSession } from "../http/session.tsx";
import { useTexts } from "../texts/texts.ts";
import {
  DeadLink,
  FormCard,
  NewPasswordField,
  TokenField,
  UserNameField,
  isDeadLink,
} from "../ui/form.tsx";
import { ProfileFields, profileFields } from "./profile-fields.tsx";

/** The address that the link proves, and whether this browser signed up with it. */
interface Opened {
  email: string;
  isSignedUp: boolean;
}

export function verifyEmail(accounts: Accounts, cookies: Cookies) {
  return formPage({
    path: "/verify-email",
    fields: {
      token: fields.token,
      // Only for a browser that did not sign up with the address.
      ...z.object(profileFields).partial().shape,
      password: fields.newPassword.optional(),
    },
    open: async ({ token }, res): Promise<Opened | undefined> =>
      token ? accounts.openVerification(res.locals.caller, token) : undefined,
    view: (form, opened) => <VerifyEmail form={form} opened={opened} />,
    async submit(input, res) {
      const logIn = await accounts.verifyEmail(res.locals.caller, input);
      await beginSession(accounts, cookies, res, logIn);
      cookies.signUp.clear(res);
      return { json: { user: userJson(logIn.user) }, page: "/account" };
    },
  });
}

/** The button is there because mail scanners open links, and would use the token up. */
function VerifyEmail({ form, opened }: { form: FormState; opened: Opened | undefined }) {
  const texts = useTexts();
  const t = texts.verifyEmail;
  if (isDeadLink(form) || !opened) return <DeadLink form={form}>{t.dead}</DeadLink>;
  const { email, isSignedUp } = opened;
  return (
    <FormCard
      title={t.title}
      form={form}
      submit={isSignedUp ? t.confirm : t.create}
      intro={
        isSignedUp ? (
          <p>{t.oneMoreStep(<strong>{email}</strong>)}</p>
        ) : (
          <>
            <p>{t.choose(<strong>{email}</strong>)}</p>
            <p className="fine">{t.otherBrowser}</p>
          </>
        )
      }
    >
      <TokenField form={form} />
      {!isSignedUp && (
        <>
          <UserNameField email={email} />
          <ProfileFields form={form} />
          <NewPasswordField form={form} label={texts.form.password} />
        </>
      )}
    </FormCard>
  );
}
