import { expect, it } from "vitest";
import { PASSWORD, meet } from "./person.ts";
import { useStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

const { stack, browser } = await useStack();

it("speaks German to a German browser, from the sign-up by the email to the account", async () => {
  const variant = { ...VARIANTS[0], locale: "de-DE" };
  const greta = await meet({ stack, browser, variant }, "greta");
  await greta.goes("/signup");
  await greta.sees("Hast du schon ein Konto?");
  expect(await greta.page.locator("html").getAttribute("lang")).toBe("de");
  await greta.presses(/registrieren/i);
  await greta.sees("Gib deine E-Mail-Adresse ein.");
  await greta.page.getByRole("button", { name: "Passwort anzeigen" }).waitFor();
  await greta.sends({ email: greta.email, password: PASSWORD }, /registrieren/i);
  await greta.sees("Sieh in deinen E-Mails nach");

  await greta.opensLink("verify-email");
  await greta.sends({}, /bestätigen/i);
  await greta.isIn();
  await greta.sees("Du bist angemeldet, und deine Adresse ist bestätigt.");

  const emails = await stack.ses.inbox({ to: greta.email, template: "verify-email" });
  expect(emails).toHaveLength(1);
  const [{ subject, html, text } = { subject: "", html: "", text: "" }] = emails;
  expect(subject).toMatch(/^Bestätige deine E-Mail-Adresse für /);
  expect(html).toContain(' lang="de"');
  expect(text).toContain("Der Link gilt 24 Stunden.");
});
