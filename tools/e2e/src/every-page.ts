import type { Page } from "playwright-core";
import { OTHER_PASSWORD, PASSWORD, type Person } from "./person.ts";
import { type Stack, minutesAgo } from "./stack.ts";

/** Called on every page of the walk. */
type Visit = (page: Page, title: string) => Promise<void>;

/**
 * Walks through every page that people see, in any language: a new person, from the sign-up to the
 * deletion of the account.
 *
 * @param meetAnother a person with another mailbox
 */
export async function visitEveryPage(
  stack: Stack,
  person: Person,
  meetAnother: (name: string) => Promise<Person>,
  visit: Visit,
): Promise<void> {
  const { page } = person;
  const at = async (path: string, title = path) => {
    await page.goto(path);
    await visit(page, title);
  };
  /** Fills the fields of the form, and sends it. */
  const send = async (title: string, fields: Record<string, string> = {}) => {
    for (const [name, value] of Object.entries(fields))
      await page.locator(`main [name=${name}]`).fill(value);
    const sent = page.waitForEvent("domcontentloaded");
    await page.locator("main button.primary").first().click();
    await sent;
    await visit(page, title);
  };

  await at("/");
  await at("/nothing-here", "an unknown address");
  await at("/login");
  await send("a wrong log-in", { email: person.email, password: "not the right one" });
  await at("/forgot-password");
  await send("a forgotten password", { email: person.email });
  for (const path of ["/verify-email", "/reset-password", "/undo-address"])
    await at(`${path}?token=x`, `a dead link to ${path}`);
  await at("/unsubscribe?token=x", "a dead link to unsubscribe");
  await at("/signup");
  await send("an empty sign-up");
  await page.goto("/signup");
  await send("after the sign-up", { name: "Sam", email: person.email, password: PASSWORD });
  const elsewhere = await person.inAnotherBrowser();
  const link = await person.isSent("verify-email");
  await elsewhere.page.goto(link);
  await visit(elsewhere.page, "/verify-email in another browser");
  await page.goto(link);
  await visit(page, "/verify-email");
  await send("/account");

  await at("/settings");
  const preferences = await page.locator("main a[href*=email-preferences]").getAttribute("href");
  for (const path of ["profile", "language", "password", "sessions"]) await at(`/settings/${path}`);
  await page.goto("/settings/password");
  await send("a wrong new password", { currentPassword: "wrong", password: OTHER_PASSWORD });
  await at(preferences ?? "", "/email-preferences");
  await send("saved email preferences");
  await stack.db.session.updateMany({ data: { passwordCheckedAt: minutesAgo(16) } });
  await at("/settings/address", "/settings/check");
  await send("/settings/address", { currentPassword: PASSWORD });
  await at("/settings/export");
  await at("/settings/delete");

  await page.goto("/settings/address");
  const other = await meetAnother("somebody with a long name");
  await send("a link to the new address", { email: other.email });
  const change = await other.isSent("change-address");
  await elsewhere.page.goto(change);
  await visit(elsewhere.page, "/settings/address/confirm without a session");
  await page.goto(change);
  await visit(page, "/settings/address/confirm");
  await send("settings with a long address");
  await page.goto(await person.isSent("address-changed"));
  await visit(page, "/undo-address");
  await send("an undone change of the address", { password: PASSWORD });

  await page.goto("/login");
  await send("a log-in", { email: person.email, password: PASSWORD });
  await page.goto("/settings/delete");
  await send("a link that deletes");
  await page.goto(await person.isSent("delete-account"));
  await visit(page, "/settings/delete/confirm");
  await send("a deletion with a wrong password", { currentPassword: "wrong" });
  await send("a deleted account", { currentPassword: PASSWORD });
}
