import type { BrowserContextOptions, Page } from "playwright-core";
import { PASSWORD } from "./person.ts";
import { type Stack, useStack } from "./stack.ts";

/** The apps, and an operator who logs in with any browser. By default no worker runs. */
export async function useOps({ worker = false } = {}) {
  const { stack, browser } = await useStack({ worker });
  await makeOperator(stack);

  /** A new browser of the operator, on the page after the log-in. */
  async function logIn(variant: BrowserContextOptions & { how: string }): Promise<Page> {
    const { how: _, ...options } = variant;
    const context = await browser.newContext({ baseURL: stack.url, ...options });
    const page = await context.newPage();
    await page.goto("/login");
    await page.getByLabel("Email").fill("operator@example.com");
    await page.getByLabel("Password").first().fill(PASSWORD);
    await page.getByRole("button", { name: /^log in$/i }).click();
    await page.waitForURL("**/account");
    return page;
  }

  return { stack, logIn };
}

/** An account with the role, whose password the app itself has hashed. */
async function makeOperator({ url, db }: Stack): Promise<void> {
  const email = "operator@example.com";
  const body = JSON.stringify({ name: "Robin Operator", email, password: PASSWORD });
  const headers = { "Content-Type": "application/json" };
  const { status } = await fetch(`${url}/signup`, { method: "POST", headers, body });
  if (status !== 202) throw new Error(`the sign-up answered ${status}`);
  const { passwordHash } = await db.signUp.findFirstOrThrow({ where: { emailKey: email } });
  await db.user.create({
    data: {
      name: "Robin Operator",
      email,
      emailKey: email,
      passwordHash: passwordHash ?? "",
      role: "operator",
    },
  });
}
