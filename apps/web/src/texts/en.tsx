import { PASSWORD_LENGTH } from "@repo/accounts";
import { brand } from "@repo/brand";
import type { ReactNode } from "react";

/** The texts of all pages, by page. A function gets what the page fills in. */
export const en = {
  layout: {
    skip: "Skip to content",
  },
  nav: {
    label: "Account",
    account: "Account",
    logOut: "Log out",
    logIn: "Log in",
    signUp: "Sign up",
  },
  unsubscribe: {
    title: "Unsubscribe",
    quoted: (category: string) => `“${category}”`,
    thisKind: "this kind of email",
    ask: (what: string) => `Do you want to stop getting ${what}?`,
    seeAll: "See all email preferences",
    doneTitle: "You are unsubscribed",
    done: (what: string) => `You no longer get ${what}.`,
    mistake: "Was it a mistake?",
    change: "Change your email preferences",
  },
  emailPreferences: {
    title: "Email preferences",
    saved: "Your preferences are saved.",
    intro: "Choose which email we send to the address that this link belongs to.",
    save: "Save",
    always: (categories: string) => `This email cannot be turned off: ${categories}.`,
  },
  home: {
    about: `${brand.name} is a small app with accounts, and the email that goes with them. Sign up and it sends you a link; open the link and you are in. A forgotten password works the same way.`,
    delivery:
      "Every email is stored in the same database transaction as the change that it is about. Then a worker delivers it through Amazon SES. No email is lost, and none is sent for a change that never happened.",
    toAccount: "Go to your account",
  },
  errors: {
    titles: { 404: "Page not found", 500: "Something went wrong" } as Record<number, string>,
    title: "That did not work",
    toHome: "Go to the home page",
    request: "Request",
    /** The messages that only programmers see are not here: they are in English. */
    messages: {
      badRequest: "The request arrived incomplete. Send it again.",
      busy: "Too much is going on at the moment. Try again in a few seconds.",
      internal: "Something went wrong on our side. Try again in a moment.",
      notFound: "There is nothing at this address. Check it for a typing error.",
    },
  },
  form: {
    error: (title: string) => `Error: ${title}`,
    lookAgain: "Some fields need another look.",
    name: "Name",
    email: "Email",
    password: "Password",
    newPassword: "New password",
    passwordHint: `At least ${PASSWORD_LENGTH.min} characters.`,
    showPassword: "Show password",
    hidePassword: "Hide password",
    deadLink: "This link does not work",
  },
  /** What is wrong with a field: `fields.ts` names these. */
  fields: {
    once: "Send this once, as text.",
    notText: "This has a character that is not text.",
    noName: "Enter your name.",
    nameOnOneLine: "Write your name on one line, without control characters.",
    nameTooLong: "Use at most 100 characters.",
    noEmail: "Enter your email address.",
    emailOnOneLine: "Write one email address on one line.",
    noAddress: "This is not an email address. Write it as name@example.com.",
    noPassword: "Enter your password.",
    noCurrentPassword: "Enter your current password.",
    noNewPassword: "Enter a password.",
    passwordTooShort: `Use at least ${PASSWORD_LENGTH.min} characters.`,
    passwordTooLong: `Use at most ${PASSWORD_LENGTH.max} characters.`,
    incompleteLink: "Open the whole link from the email: its end is missing.",
  },
  signUp: {
    title: "Sign up",
    haveAccount: "Have an account already?",
    message: "Check your email for a link.",
  },
  signUpSent: {
    onItsWayTitle: "Check your email",
    cameBackTitle: "Our email came back",
    /** @param life as in "24 hours" */
    onItsWay: (email: ReactNode, life: string): ReactNode => (
      <>
        An email to {email} is on its way. Open its link in this browser, and you are in. It works
        for {life}.
      </>
    ),
    spam: "Nothing after a few minutes? Look in the spam folder.",
    cameBack: (email: ReactNode): ReactNode => (
      <>Our email to {email} could not be delivered. Is the address spelled right?</>
    ),
    otherAddress: "Sign up with this address",
    checkAgain: "Check again",
    sendAgain: "Send the email again",
    complained: (support: ReactNode): ReactNode => (
      <>
        Have you ever reported one of our emails as spam? Then we no longer send you email. To
        change that, write to {support}.
      </>
    ),
  },
  verifyEmail: {
    title: "Confirm your email address",
    confirm: "Confirm and log in",
    create: "Create the account",
    oneMoreStep: (email: ReactNode): ReactNode => (
      <>One more step for {email}: press the button, and you are in.</>
    ),
    choose: (email: ReactNode): ReactNode => <>Choose a name and a password for {email}.</>,
    otherBrowser:
      "Signed up in another browser? Open the link there to keep the password that you chose.",
    dead: (
      <>
        Already logged in? <a href="/account">Go to your account</a>. Otherwise{" "}
        <a href="/signup/sent">ask for a new link</a> in the browser that you signed up in, or{" "}
        <a href="/signup">sign up again</a>.
      </>
    ) as ReactNode,
  },
  logIn: {
    title: "Log in",
    forgot: "Forgot your password?",
    newHere: "New here?",
  },
  logOut: {
    message: "You are logged out.",
  },
  forgotPassword: {
    title: "Forgot your password?",
    send: "Send the link",
    intro: "We will email you a link to choose a new one.",
    back: "Back to log in",
    message: "If there is an account, an email with a link is on its way.",
    sentTitle: "Check your email",
    /** @param life as in "1 hour" */
    sent: (email: ReactNode, life: string): ReactNode => (
      <>
        If {email} has an account, a link to choose a new password is on its way. It works for{" "}
        {life}.
      </>
    ),
    nothing: (
      <>
        Nothing after a few minutes? Look in the spam folder, or{" "}
        <a href="/forgot-password">try another address</a>.
      </>
    ) as ReactNode,
  },
  resetPassword: {
    title: "Choose a new password",
    change: "Change the password",
    intro: (email: ReactNode): ReactNode => <>For {email}. You will be logged out everywhere.</>,
    newLink: "Ask for a new link",
    message: "Your password is changed. Log in with it.",
    changedTitle: "Your password is changed",
    changed: "You are logged out everywhere. Log in with the new password.",
  },
  account: {
    title: "Your account",
    verified: "You are logged in, and your address is verified.",
    settings: "Settings",
    /** Why we send no email to the address. */
    emailIsOff: {
      bounce:
        "We no longer send email to this address: the last one came back, because the mailbox does not exist or refuses our email.",
      "soft-bounces":
        "For now we send only security email to this address: several emails came back, for example because the mailbox is full.",
      complaint:
        "We no longer send email to this address: one of our emails was reported as spam from this mailbox.",
      manual: "We no longer send email to this address: it was stopped by hand.",
    },
    tryAgainOn: (day: string) => `We try again on ${day}.`,
  },
};
