import { PASSWORD_LENGTH } from "@repo/accounts";
import { brand } from "@repo/brand";
import type { Plural } from "@repo/locales";
import type { ReactNode } from "react";

/** The texts of all pages, by page. A function gets what the page fills in. */
export const en = {
  layout: {
    skip: "Skip to content",
  },
  nav: {
    label: "Account",
    ops: "Operations",
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
      methodNotAllowed: (method: string, allowed: string) =>
        `${method} does not work here. Use ${allowed}.`,
      notFound: "There is nothing at this address. Check it for a typing error.",
      tooLarge: (kilobytes: string) => `The body is larger than ${kilobytes} KB. Send less.`,
    },
    /** Errors of packages/email, by code. */
    email: {
      CANNOT_BE_TURNED_OFF: "Email of this kind cannot be turned off: your account needs it.",
      LINK_UNKNOWN:
        "This link is not one of ours, or a part of it is missing. Open it from the email.",
    } as Partial<Record<string, string>>,
  },
  form: {
    error: (title: string) => `Error: ${title}`,
    lookAgain: "Some fields need another look.",
    name: "Name",
    email: "Email",
    password: "Password",
    currentPassword: "Current password",
    newPassword: "New password",
    passwordHint: `At least ${PASSWORD_LENGTH.min} characters.`,
    showPassword: "Show password",
    hidePassword: "Hide password",
    deadLink: "This link does not work",
    /** @param own the address of the app */
    foreignOrigin: (own: string) =>
      `This has to be sent from ${own}. Open the page there. A program has to send the header "Origin: ${own}".`,
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
    noLanguage: "Choose one of the languages.",
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
    submit: "Change the password",
    intro: (email: ReactNode): ReactNode => <>For {email}. You will be logged out everywhere.</>,
    newLink: "Ask for a new link",
    message: "Your password is changed. Log in with it.",
    doneTitle: "Your password is changed",
    done: "You are logged out everywhere. Log in with the new password.",
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
  undoAddress: {
    title: "Take your account back",
    submit: "Take the account back",
    intro: (email: ReactNode): ReactNode => (
      <>
        The account gets its address {email} back, with the password that you choose now. Every
        browser is logged out.
      </>
    ),
    dead: (days: number): ReactNode => (
      <>
        The link works once, for {days} days. <a href="/login">Log in</a>, or{" "}
        <a href="/forgot-password">ask for a new password</a>.
      </>
    ),
    message: "Your address and your password are changed. Log in with them.",
    doneTitle: "The account is yours again",
    done: "Its old address is back, and every browser is logged out. Log in with the new password.",
  },
  settings: {
    title: "Settings",
    back: "Back to the settings",
    logInFirst: {
      title: "Log in first",
      why: "This link works only in a browser that is logged in. Log in, then open the link again.",
    },
    overview: {
      changeName: "Change your name",
      changeAddress: "Change your address",
      choosePreferences: "Choose which email you get",
      changePassword: "Change your password",
      language: "Language",
      changeLanguage: "Change the language",
      sessions: "Sessions",
      loggedIn: { one: "Only this browser", other: "# browsers are logged in" } as Plural,
      seeSessions: "See your sessions",
      data: "Your data",
      downloadData: "Download your data",
      deleteAccount: "Delete your account",
    },
    check: {
      title: "Type your password again",
      goOn: "Go on",
      /** @param wait as in "15 minutes" */
      why: (wait: string) =>
        `What comes next is only for you. So we ask for your password. We do not ask again for ${wait}.`,
      message: (wait: string) => `You may go on for ${wait}.`,
    },
    profile: {
      title: "Change your name",
      save: "Save",
      message: "It is changed.",
    },
    language: {
      /** The name of this language, in this language. */
      name: "English",
      title: "Choose your language",
      label: "Language",
      intro: "It is for the pages, and for all email to you.",
      save: "Save",
      message: "Your language is changed.",
    },
    password: {
      title: "Change your password",
      change: "Change the password",
      intro: "All other browsers will be logged out.",
      message: "Your password is changed. All other sessions have ended.",
      changedTitle: "Your password is changed",
      changed: "You stay logged in here. All other browsers are logged out.",
    },
    address: {
      title: "Change your address",
      intro: (current: ReactNode): ReactNode => (
        <>
          Your address is {current}. We email a link to the new one. Your address changes when you
          open that link in this browser, and confirm.
        </>
      ),
      newEmail: "New email",
      send: "Send the link",
      message: "Check the mailbox of the new address for a link.",
      sentTitle: "Check your email",
      /** @param life as in "1 hour" */
      sent: (email: ReactNode, life: string): ReactNode => (
        <>
          An email to {email} is on its way. Open its link in this browser. It works for {life}.
        </>
      ),
      nothing: (
        <>
          Nothing after a few minutes? Look in the spam folder, or{" "}
          <a href="/settings/address">try another address</a>.
        </>
      ) as ReactNode,
      confirm: "Use this address",
      gets: (email: ReactNode, days: number): ReactNode => (
        <>
          Your account gets the address {email}. We email a link to the old address. For {days}{" "}
          days, that link gives the account back.
        </>
      ),
      newLink: "Ask for a new link",
    },
    sessions: {
      title: "Your sessions",
      intro: "These browsers are logged in to your account.",
      unknown: "An unknown browser",
      thisOne: "(this browser)",
      used: (since: ReactNode, last: ReactNode): ReactNode => (
        <>
          Since {since}, last used {last}
        </>
      ),
      logOut: (browser: string) => `Log out: ${browser}`,
      everywhere: "Log out everywhere",
      ended: "The session has ended.",
      allEnded: "You are logged out everywhere.",
      choose: "Choose a session from the list.",
    },
    export: {
      title: "Your data",
      intro: `You get a file with all that ${brand.name} stores about you: your account, your sessions, and which email we sent you and when. It is JSON: any text editor shows it.`,
      elsewhere: (address: ReactNode): ReactNode => (
        <>
          Our email service, Amazon SES, has a list of its own with addresses that it does not
          deliver to. It is not in this file. To hear what it says about you, write to {address}.
        </>
      ),
      download: "Download my data",
    },
    delete: {
      title: "Delete your account",
      intro:
        "We email you a link. Open it in this browser to delete your account, with all that we know about you. Nobody can bring it back.",
      downloadFirst: (
        <>
          You may want to <a href="/settings/export">download your data</a> first.
        </>
      ) as ReactNode,
      send: "Send the link",
      message: "Check your email for a link.",
      sentTitle: "Check your email",
      /** @param life as in "1 hour" */
      sent: (life: string) =>
        `The link is on its way. Open it in this browser. It works for ${life}.`,
      nothing:
        "If your address was changed in the last few days, the link goes to the old one. Nothing after a few minutes? Look in the spam folder.",
      newLink: "Ask for a new link",
      confirm: "Delete the account for good",
      ends: (email: ReactNode): ReactNode => (
        <>
          The account of {email} ends now, with all that we know about you. Nobody can bring it
          back.
        </>
      ),
      deletedMessage: "Your account is deleted.",
      deletedTitle: "Your account is deleted",
      deleted: "We send you one last email. As soon as it is sent, we erase your address too.",
    },
  },
};
