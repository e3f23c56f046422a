import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

const TITLES = {
  profile: "Your name was changed",
  address: "Your address was changed back",
  session: "A session was ended",
  sessions: "You are logged out everywhere",
  export: "Your data was downloaded",
};

const HAPPENED = {
  profile: `The name of your ${brand.name} account was just changed.`,
  address: `The address of your ${brand.name} account was just changed back to an earlier one, and its password was changed too.`,
  session: `One of the browsers that were logged in to your ${brand.name} account was just logged out.`,
  sessions: `All browsers that were logged in to your ${brand.name} account were just logged out.`,
  export: `Somebody who is logged in to your ${brand.name} account just downloaded all that we know about you.`,
};

export const en = {
  subject: ({ change }) => `${TITLES[change]} at ${brand.name}`,
  preheader: "If it was you, there is nothing to do. If it was not, take your account back now.",
  reason: `You get this email because something was changed in your ${brand.name} account. We always tell you.`,
  title: ({ change }) => TITLES[change],
  happened: ({ change }) => `${HAPPENED[change]} If it was you, there is nothing to do.`,
  notYou: "If it was not you, reset your password now to take your account back.",
  reset: "Reset my password",
  next: "The page asks for your email address and sends you a link to a new password.",
} satisfies Texts<typeof schema>;
