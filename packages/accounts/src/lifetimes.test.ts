import { templates } from "@repo/templates/registry";
import { expect, it } from "vitest";
import { LINK_MINUTES } from "./lifetimes.ts";

// infra's tests compare SES's MaxDeliverySeconds with the same expiries.
it("gives every email the lifetime of its link", () => {
  expect(templates["verify-email"].expiry).toBe(LINK_MINUTES.verify_email);
  expect(templates["account-exists"].expiry).toBe(LINK_MINUTES.verify_email);
  expect(templates["change-address"].expiry).toBe(LINK_MINUTES.change_address);
  expect(templates["address-taken"].expiry).toBe(LINK_MINUTES.change_address);
  expect(templates["address-changed"].expiry).toBe(LINK_MINUTES.undo_address);
  expect(templates["password-reset"].expiry).toBe(LINK_MINUTES.reset_password);
});
