import { templates } from "@repo/templates/registry";
import { expect, it } from "vitest";
import { LINK_MINUTES } from "./lifetimes.ts";

// infra's tests compare SES's MaxDeliverySeconds with the same expiries.
it("gives every email the lifetime of its link", () => {
  expect(templates["verify-email"].expiry).toBe(LINK_MINUTES.verify_email);
  expect(templates["account-exists"].expiry).toBe(LINK_MINUTES.verify_email);
  expect(templates["password-reset"].expiry).toBe(LINK_MINUTES.reset_password);
});
