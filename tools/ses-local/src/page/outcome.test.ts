import { expect, test } from "vitest";
import { outcomeOf, strongest } from "./outcome.js";

const event = (type: string, summary = "") => ({ type, summary });

test("the strongest event is the outcome, in any order", () => {
  const of = (...events: ReturnType<typeof event>[]) => {
    const found = strongest(events);
    return found && outcomeOf(found);
  };
  expect(of()).toBeUndefined();
  expect(of(event("Delivery"), event("Send"))).toEqual({ label: "Delivered", tone: "good" });
  expect(of(event("DeliveryDelay"), event("Send"))).toEqual({ label: "Delayed", tone: "slow" });
  expect(
    of(event("Complaint", "abuse"), event("Bounce", "Permanent, General"), event("Delivery")),
  ).toEqual({ label: "Complained", tone: "bad" });
});

test("shows a soft and a permanent bounce differently, and the permanent one is stronger", () => {
  const soft = event("Bounce", "Transient, MailboxFull");
  const hard = event("Bounce", "Permanent, General");
  expect(outcomeOf(soft)).toEqual({ label: "Soft bounce", tone: "slow" });
  expect(strongest([hard, soft, event("Delivery")])).toBe(hard);
});

test("shows an unknown type by its name, as the weakest", () => {
  expect(outcomeOf(event("Postponed"))).toEqual({ label: "Postponed", tone: "plain" });
  expect(strongest([event("Postponed"), event("Send")])).toEqual(event("Send"));
});
