import { templates } from "@repo/templates/registry";
import { expect, it } from "vitest";
import { LINK_MINUTES } from "./lifetimes.ts";

// infra's tests hold SES's MaxDeliverySeconds against the same expiries.
it("lets no email outlive the link in it, and none end before", () => {
  expect(templates["verify-email"].expiry).toBe(LINK_MINUTES.verify_email);
  expect(templates["account-exists"].expiry).toBe(LINK_MINUTES.verify_email);
  expect(templates["password-reset"].expiry).toBe(LINK_MINUTES.reset_password);
});
