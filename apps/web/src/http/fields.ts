import { PASSWORD_LENGTH } from "@repo/accounts";
import { parseAddress } from "@repo/email/enqueue";
import { z } from "zod";

export const INCOMPLETE_LINK = "Open the whole link from the email: its end is missing.";

// Characters that PostgreSQL's text cannot store or UTF-8 cannot encode.
const UNSTORABLE = /\0|\p{Surrogate}/u;
// Line breaks, other control characters, and characters that reorder the text around them.
const NOT_IN_A_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** Text of a form or of JSON. */
function text(missing: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? missing : "Send this once, as text.") })
    .refine((value) => !UNSTORABLE.test(value), {
      error: "This has a character that is not text.",
      abort: true,
    });
}

function passwordText(missing: string) {
  return text(missing)
    .min(1, { error: missing, abort: true })
    .refine((value) => [...value].length <= PASSWORD_LENGTH.max, {
      error: `Use at most ${PASSWORD_LENGTH.max} characters.`,
      abort: true,
    });
}

/** The fields of all forms. A form never shows the value of a secret field again. */
export const fields = {
  name: text("Enter your name.")
    .refine((value) => !NOT_IN_A_LINE.test(value.trim()), {
      error: "Write your name on one line, without control characters.",
      abort: true,
    })
    .trim()
    .min(1, { error: "Enter your name.", abort: true })
    .max(100, "Use at most 100 characters."),
  email: text("Enter your email address.")
    .refine((value) => !NOT_IN_A_LINE.test(value), {
      error: "Write one email address on one line.",
      abort: true,
    })
    .trim()
    .min(1, { error: "Enter your email address.", abort: true })
    .refine(isAddress, "This is not an email address. Write it as name@example.com."),
  /** A password that is being checked. */
  password: passwordText("Enter your password.").meta({ secret: true }),
  /** The password of somebody who is logged in. */
  currentPassword: passwordText("Enter your current password.").meta({ secret: true }),
  /** A password that is being chosen. */
  newPassword: passwordText("Enter a password.")
    .refine(
      (value) => [...value].length >= PASSWORD_LENGTH.min,
      `Use at least ${PASSWORD_LENGTH.min} characters.`,
    )
    .meta({ secret: true }),
  /** The token of an emailed link. */
  token: text(INCOMPLETE_LINK).min(1, INCOMPLETE_LINK),
  /** The page to go to afterwards. */
  next: text("Say which page comes next."),
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
