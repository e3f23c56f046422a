import { PASSWORD_LENGTH } from "@repo/accounts";
import { parseAddress } from "@repo/email/enqueue";
import { locales } from "@repo/locales";
import { z } from "zod";
import type { Texts } from "../texts/texts.ts";

// Characters that PostgreSQL's text cannot store or UTF-8 cannot encode.
const UNSTORABLE = /\0|\p{Surrogate}/u;
// Line breaks, other control characters, and characters that reorder the text around them.
const NOT_IN_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
// A name needs a visible character. The fillers of Hangul count as letters, and the empty Braille
// pattern as a symbol.
const VISIBLE = /(?![\p{Default_Ignorable_Code_Point}\u2800])[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * A message by its name in `texts.fields`, which has it in every language. A sentence may stand in
 * its place: people who speak another language then see that sentence.
 */
function say(name: keyof Texts["fields"]): string {
  return name;
}

/** Text of a form or of JSON. */
export function text(missing: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? missing : say("once")) })
    .refine((value) => !UNSTORABLE.test(value), {
      error: say("notText"),
      abort: true,
    });
}

function passwordText(missing: string) {
  return text(missing)
    .min(1, { error: missing, abort: true })
    .refine((value) => [...value].length <= PASSWORD_LENGTH.max, {
      error: say("passwordTooLong"),
      abort: true,
    });
}

/** The fields of all forms. A form never shows the value of a secret field again. */
export const fields = {
  name: text(say("noName"))
    .refine((value) => !NOT_IN_A_LINE.test(value.trim()), {
      error: say("nameOnOneLine"),
      abort: true,
    })
    .trim()
    .refine((value) => VISIBLE.test(value), { error: say("noName"), abort: true })
    .max(100, say("nameTooLong")),
  email: text(say("noEmail"))
    .refine((value) => !NOT_IN_A_LINE.test(value), {
      error: say("emailOnOneLine"),
      abort: true,
    })
    .trim()
    .min(1, { error: say("noEmail"), abort: true })
    .refine(isAddress, say("noAddress")),
  /** A password that is being checked. */
  password: passwordText(say("noPassword")).meta({ secret: true }),
  /** The password of somebody who is logged in. */
  currentPassword: passwordText(say("noCurrentPassword")).meta({ secret: true }),
  /** A password that is being chosen. */
  newPassword: passwordText(say("noNewPassword"))
    .refine((value) => [...value].length >= PASSWORD_LENGTH.min, say("passwordTooShort"))
    .meta({ secret: true }),
  /** The token of an emailed link. */
  token: text(say("incompleteLink")).min(1, say("incompleteLink")),
  /** The page to go to afterwards. */
  next: text("Say which page comes next."),
  /** One of the product's languages. */
  locale: z.enum(locales, say("noLanguage")),
  /** A session in the list of a person's sessions. */
  sessionId: z.uuid(),
};

/** Whether the form must not show this value again. */
export function isSecret(field: z.ZodType): boolean {
  const declared = field instanceof z.ZodOptional ? (field.unwrap() as z.ZodType) : field;
  return declared.meta()?.secret === true;
}

function isAddress(value: string): boolean {
  try {
    parseAddress(value);
    return true;
  } catch {
    return false;
  }
}
