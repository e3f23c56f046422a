import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

const TROUBLE = {
  stopped: "Sending is stopped",
  bounces: "Too many emails bounce",
  complaints: "Too many people complain",
  queue: "Email waits for too long",
  events: "SES's events have stopped",
};

const WELL = {
  stopped: "Sending goes on",
  bounces: "Fewer emails bounce",
  complaints: "Fewer people complain",
  queue: "Email goes out in time again",
  events: "SES's events come in again",
};

// No email goes out while sending is stopped.
const LATE = "This email had to wait until email went out again, so it may be over already.";

export const en = {
  subject: ({ cause, isWell }) => `${(isWell ? WELL : TROUBLE)[cause]}: ${brand.name}`,
  preheader: ({ what }) => what,
  reason: `You get this email because you are an operator of ${brand.name}. There is at most one an hour for each cause.`,
  title: ({ cause, isWell }) => (isWell ? WELL : TROUBLE)[cause],
  since: ({ cause, since, isWell }) =>
    `Noticed at ${since}. ${isWell ? "It is over now." : cause === "stopped" ? LATE : ""}`.trim(),
  open: "Open operations",
} satisfies Texts<typeof schema>;
