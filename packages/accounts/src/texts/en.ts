import { brand } from "@repo/brand";
import { PASSWORD_LENGTH } from "../passwords/rules.ts";

/** What accounts say to a person who is refused. */
export const en = {
  refusals: {
    INVALID_CREDENTIALS:
      "Email or password is wrong. Just signed up? Open the link that we emailed first.",
    NOT_LOGGED_IN: "Log in first.",
    WRONG_PASSWORD: "This is not your password.",
    PASSWORD_CHECK_NEEDED: "Type your password again first.",
    SAME_ADDRESS: "This is your address already.",
    FOREIGN_LINK: "This link is for another account. Log in to that one, then open the link again.",
    TOKEN_UNKNOWN: "This link is not one of ours, or a part of it is missing.",
    TOKEN_USED: "This link, or a newer one, has been used already.",
    TOKEN_EXPIRED: "This link has expired.",
    PASSWORD_REQUIRED: "Choose a password for your account.",
    WEAK_PASSWORD: "Choose another password.",
    SIGN_UP_UNKNOWN:
      "This browser has no sign-up that waits for its link. Sign up again, or log in.",
    TOO_MANY_TRIES: "That was too often.",
    SIGN_UP_CLOSED: "Too many people are signing up at the moment.",
    BUSY: "Too much is going on at the moment.",
  },
  /** Why a new password is refused. */
  passwords: {
    short: `Use at least ${PASSWORD_LENGTH.min} characters.`,
    long: `Use at most ${PASSWORD_LENGTH.max} characters.`,
    sequence: "Choose a password that is not a simple sequence of characters.",
    personal: `Choose a password that is more than your name, your email address or ${brand.name}.`,
    common: "Choose another password: this is one of the first that attackers try.",
  },
  tryAgainLater: "Try again in a while.",
  /** @param wait as in "5 minutes" */
  tryAgainIn: (wait: string) => `Try again in ${wait}.`,
};
