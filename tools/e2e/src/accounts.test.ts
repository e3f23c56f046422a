import axe from "axe-core";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openBrowser, startStack } from "./stack.ts";

let stack: Awaited<ReturnType<typeof startStack>>;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack(), openBrowser()]);
  page = await browser.newPage({ baseURL: stack.url });
  page.setDefaultTimeout(60_000);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const email = "new.person@example.com";
const password = "correct horse battery";
const newPassword = "staple battery horse";

/** Follows the person's way: the inbox page, the newest email, its first link. */
async function openLinkFromInbox(subject: RegExp): Promise<void> {
  const inbox = await browser.newPage();
  inbox.setDefaultTimeout(60_000);
  await inbox.goto(stack.ses.url);
  await inbox.getByRole("link", { name: subject }).first().click();
  const link = await inbox
    .getByRole("link", { name: /token=/ })
    .first()
    .getAttribute("href");
  await inbox.close();
  await page.goto(link ?? "");
  // The token is out of sight, and a reload keeps the form.
  expect(page.url()).not.toContain("token");
  await page.reload();
  await page.locator("input[name=token][value]").waitFor({ state: "attached" });
}

async function expectAccessible(): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

/** Fills the fields that are named here, and every other one that has to be filled. */
async function fill(fields: Record<string, string>, button: RegExp): Promise<void> {
  await expectAccessible();
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
  const main = page.getByRole("main");
  for (const field of await main.locator(":is(input, select, textarea):invalid").all()) {
    await fillByType(field);
  }
  await main.getByRole("button", { name: button }).click();
}

const SAMPLES: Record<string, string> = {
  email: "someone@example.com",
  password,
  tel: "+49 30 1234567",
  url: "https://example.com",
  number: "1",
  date: "2000-01-31",
};

async function fillByType(field: Locator): Promise<void> {
  const type = await field.evaluate((element) => (element as { type?: string }).type ?? "");
  if (type === "checkbox" || type === "radio") await field.check();
  else if (type === "select-one") await field.selectOption({ index: 1 });
  else await field.fill(SAMPLES[type] ?? "Sample");
}

it("leads from sign-up over the inbox to a verified account, and to a new password", async () => {
  await page.goto("/signup");
  await fill({ Email: email, Password: password }, /sign up|create/i);
  await page
    .getByText(/check your email/i)
    .first()
    .waitFor();
  await expectAccessible();

  await openLinkFromInbox(/confirm|verify/i);
  await fill({}, /verify|confirm/i);
  await page.waitForURL("**/account*");
  await page.getByText(email).first().waitFor();
  await expectAccessible();
  expect(await stack.db.user.findFirst({ where: { emailKey: email } })).toMatchObject({ email });

  await page
    .getByRole("button", { name: /log out/i })
    .first()
    .click();
  await page.goto("/login");
  await fill({ Email: email, Password: password }, /log in/i);
  await page.waitForURL("**/account*");
  await page
    .getByRole("button", { name: /log out/i })
    .first()
    .click();

  await page.goto("/forgot-password");
  await fill({ Email: email }, /send|reset/i);
  await openLinkFromInbox(/reset/i);
  await fill({ "New password": newPassword }, /set|save|change|reset/i);
  await stack.ses.inbox({ to: email, template: "password-changed", wait: 60 });

  await page.context().clearCookies();
  await page.goto("/login");
  await fill({ Email: email, Password: password }, /log in/i);
  await page.getByRole("alert").first().waitFor();
  await fill({ Email: email, Password: newPassword }, /log in/i);
  await page.waitForURL("**/account*");
});

it("sent each email once, and kept nothing of them", async () => {
  await vi.waitUntil(
    async () => (await stack.db.message.count({ where: { state: { not: "closed" } } })) === 0,
    { timeout: 60_000 },
  );
  const messages = await stack.db.message.findMany({ orderBy: { createdAt: "asc" } });
  for (const message of messages) expect(message).toMatchObject({ outcome: "sent", payload: null });
  const templates = messages.map(({ template }) => template);
  expect(new Set(templates).size).toBe(templates.length);
  const needed = ["verify-email", "password-reset", "password-changed"];
  expect(templates.filter((template) => needed.includes(template))).toEqual(needed);
  expect(await stack.ses.inbox({ to: email })).toHaveLength(templates.length);
});

it("leads in without scripts too, and asks for a password where the sign-up was not made", async () => {
  const options = { baseURL: stack.url, javaScriptEnabled: false };
  const [desk, phone] = [await browser.newContext(options), await browser.newContext(options)];
  const plain = "plain.person@example.com";
  const there = await desk.newPage();
  await there.goto("/signup");
  await there.getByLabel("Name", { exact: true }).fill("Plain Person");
  await there.getByLabel("Email", { exact: true }).fill(plain);
  await there.getByLabel("Password", { exact: true }).fill(password);
  for (const field of await there.getByRole("main").locator("input:invalid").all()) {
    await fillByType(field);
  }
  await there.getByRole("main").getByRole("button", { name: "Sign up" }).click();
  await there.getByRole("link", { name: "Is there news?" }).click();
  await there.getByText("is on its way").waitFor();

  const [message] = await stack.ses.inbox({ to: plain, template: "verify-email", wait: 60 });
  const link = message?.links.find((url) => url.includes("token=")) ?? "";
  const here = await phone.newPage();
  await here.goto(link);
  await here.getByText("Signed up in another browser?").waitFor();
  await here.getByLabel("Password", { exact: true }).waitFor();

  await there.goto(link);
  await there
    .getByRole("main")
    .getByRole("button", { name: /confirm/i })
    .click();
  await there.waitForURL("**/account");
  await there.getByText(plain).first().waitFor();
  await here.goto(link);
  await here.getByText("has been used already").waitFor();
  await Promise.all([desk.close(), phone.close()]);
});

it("logged no password, no token and no address", () => {
  expect(stack.log()).not.toMatch(/token=|correct horse|staple battery|(?:new|plain)\.person/);
});
