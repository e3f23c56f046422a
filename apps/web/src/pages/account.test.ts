import { applyEvents } from "@repo/email/events";
import { addSuppression } from "@repo/email/suppressions";
import { expect, it } from "vitest";
import { signUpFields, startTestApp } from "../test-app.ts";

const app = await startTestApp();

const report = (recipient: string, effect: "permanent" | "soft" | "complaint", times = 1) =>
  applyEvents(
    app.db,
    Array.from({ length: times }, (_, i) => ({
      sesMessageId: `ses-${i}`,
      type: effect === "complaint" ? "Complaint" : "Bounce",
      recipient,
      dedupeKey: "1",
      occurredAt: new Date(Date.now() - i * 1000),
      detail: { diagnosticCode: "550 no such mailbox" },
      effect,
    })),
  );

it.each<[string, (email: string) => Promise<unknown>, string, RegExp]>([
  ["bounced", (email) => report(email, "permanent"), "bounce", /the last one came back/],
  ["complained", (email) => report(email, "complaint"), "complaint", /reported as spam/],
  [
    "bounced softly, five times",
    (email) => report(email, "soft", 5),
    "soft-bounces",
    /only security email .*several emails came back.*We try again on \w+ \d+, \d{4}/,
  ],
  [
    "was taken off by hand",
    (email) => addSuppression(app.db, email, { by: "operator", because: "a secret of ours" }),
    "manual",
    /stopped by hand/,
  ],
])(
  "tells a person whose address %s that email is off, and why",
  async (name, happen, reason, words) => {
    const email = `${name.replaceAll(/\W/g, "-")}@example.com`;
    const cookie = await app.signUpAndVerify(email);
    const before = await app.get("/account").set("Cookie", cookie).expect(200);
    expect(before.text).not.toContain('role="alert"');

    await happen(email.toUpperCase());
    const page = await app.get("/account").set("Cookie", cookie).expect(200);
    expect(page.text).toMatch(words);
    // The page shows neither the server's answer nor the operator's words.
    expect(page.text).not.toMatch(/550|secret|operator/);
    const json = await app.get("/account").set("Cookie", cookie).set("Accept", "application/json");
    expect(json.body.emailOff).toEqual({
      reason,
      until: reason === "soft-bounces" ? expect.any(String) : null,
    });
  },
);

it("tells a stranger nothing about an address that bounced", async () => {
  const email = "bounced-stranger@example.com";
  await app.signUpAndVerify(email);
  const answers = async () => {
    const signup = await app.postJson(
      "/signup",
      signUpFields({ email, password: "correct horse 1" }),
    );
    const forgot = await app.postJson("/forgot-password", { email });
    const login = await app.postJson("/login", { email, password: "not the password" });
    return [signup, forgot, login].map(({ status, body }) => [
      status,
      body.error?.code,
      body.message,
    ]);
  };
  const before = await answers();
  await report(email, "permanent");
  expect(await answers()).toEqual(before);
  await app.get("/account").expect(303);
});
