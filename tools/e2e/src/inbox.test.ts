import { startSesLocal } from "@repo/ses-local/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { openBrowser } from "./browser.ts";

let page: Page;

const [ses, browser] = await Promise.all([startSesLocal(), openBrowser()]);
afterAll(async () => {
  await browser.close();
  await ses.stop();
});

async function open(options: Parameters<Browser["newPage"]>[0] = {}): Promise<void> {
  page = await browser.newPage({ bypassCSP: true, baseURL: ses.url, ...options });
  page.setDefaultTimeout(60_000);
  await page.goto("/");
}

async function send(to: string, text = "Hi", html?: string): Promise<void> {
  const response = await fetch(`${ses.url}/v2/email/outbound-emails`, {
    method: "POST",
    headers: {
      authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ses/aws4_request,",
    },
    body: JSON.stringify({
      FromEmailAddress: "Example <hello@example.com>",
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: {
          Subject: { Data: "Hello" },
          Body: { Text: { Data: text }, ...(html !== undefined && { Html: { Data: html } }) },
        },
      },
      ConfigurationSetName: "app",
      EmailTags: [{ Name: "template", Value: "hello" }],
    }),
  });
  expect(response.status).toBe(200);
}

it.each(["light", "dark"] as const)("shows what became of an email, in %s", async (colorScheme) => {
  await open({ colorScheme });
  await send(`${colorScheme}@example.org`);
  const row = page.getByRole("link", { name: new RegExp(`${colorScheme}@example.org`) });
  await row.click();
  await page.getByRole("tab", { name: /^Events/ }).click();
  await page.getByRole("button", { name: "Bounce", exact: true }).click();
  await row.getByText("Bounced").waitFor();

  const bounce = page.getByRole("listitem").filter({ hasText: "Permanent" });
  await bounce.getByRole("button", { name: "Payload" }).click();
  await bounce.getByText('"bounceType": "Permanent"').waitFor();
  await expectAccessible(page);

  await page.getByRole("searchbox").fill("is:bounced");
  await row.waitFor();
  await page.close();
});

it("shows that faults are on, and turns them off with one click", async () => {
  await open();
  await page.keyboard.press("f");
  await page.getByLabel("Throttled").fill("20");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Set", exact: true }).click();
  const sign = page.getByRole("complementary", { name: "Faults" });
  await sign.getByText("20% throttled").waitFor();
  await expectAccessible(page);
  await sign.getByRole("button", { name: "Back to normal" }).click();
  await sign.waitFor({ state: "hidden" });
  expect(await (await fetch(`${ses.url}/control`)).json()).toMatchObject({ faults: [] });
  await page.close();
});

it.each([
  { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const)("shows what is wrong with an email, faults first, in $colorScheme", async (variant) => {
  await open(variant);
  const to = `checked-${variant.colorScheme}@example.org`;
  const html = '<h1>Hi</h1><a href="/here">Here</a><p style="border-radius:4px">Hi</p>';
  await send(to, "Hi", html);
  await page.getByRole("link", { name: new RegExp(to) }).click();
  await page.getByRole("tab", { name: "Checks" }).click();
  const first = page.getByRole("tabpanel").getByRole("listitem").first();
  await first.getByText("not absolute").waitFor();
  await first.getByText("/here").waitFor();
  await page.getByText("It has one h1.").waitFor();
  await expectAccessible(page);
  await page.close();
});

it("shows the toolbar beside the tabs, and every filter, on a screen of 1,280 pixels", async () => {
  await open({ viewport: { width: 1280, height: 720 } });
  await send("wide@example.org", "Hi", "<p>Hi</p>");
  await page.getByRole("link", { name: /wide@example.org/ }).click();
  const middleOf = async (name: string, role: "tab" | "button") => {
    const box = await page.getByRole(role, { name, exact: true }).boundingBox();
    return box ? box.y + box.height / 2 : Number.NaN;
  };
  // The reader draws itself anew while the email comes in.
  const apart = async () =>
    Math.abs((await middleOf("HTML", "tab")) - (await middleOf("Images", "button")));
  await expect.poll(apart, { timeout: 10_000 }).toBeLessThan(10);
  const filters = page.getByRole("group", { name: "Filter by template" });
  expect(await filters.evaluate((node) => node.scrollWidth <= node.clientWidth)).toBe(true);
  await page.close();
});

it.each([320, 390, 640, 768, 1280])("fits into a window of %d pixels", async (width) => {
  await open({ viewport: { width, height: 640 } });
  const to = `a-person.with-a-long-address.${width}@a-long-domain.example.org`;
  await send(to, "Hi", "<p>Hi</p>");
  const outside = () =>
    page.evaluate(() =>
      [...document.querySelectorAll("button, input, dt, dd, time, .from")].flatMap((part) => {
        const { left, right } = part.getBoundingClientRect();
        // The tabs may be wider: they scroll.
        const isShown = right - left > 1 && part.closest("[role=tablist], .hidden") === null;
        return isShown && (left < 0 || right > innerWidth) ? [part.outerHTML] : [];
      }),
    );
  const fullWidth = () => page.evaluate(() => document.documentElement.scrollWidth);
  await page.getByRole("link", { name: new RegExp(to) }).waitFor();
  expect(await outside()).toEqual([]);
  await page.getByRole("link", { name: new RegExp(to) }).click();
  await page.getByRole("tab", { name: "Text" }).waitFor();
  expect(await outside()).toEqual([]);
  // Not even a hidden text lets the page scroll sideways.
  expect(await fullWidth()).toBe(width);
  // The sender and the time do not overlap.
  const [from, when] = await Promise.all(
    [".from span", ".when"].map((part) => page.locator(`.envelope ${part}`).boundingBox()),
  );
  const isApart = from && when && (from.x + from.width <= when.x || from.y + from.height <= when.y);
  expect(isApart).toBe(true);
  await page.close();
});

it("shows the link of an email as a link", async () => {
  await open();
  const link = `${ses.url}/?token=something`;
  await send("linked@example.org", `Confirm your address: ${link}`);
  await page.getByRole("link", { name: /linked@example.org/ }).click();
  expect(await page.getByRole("link", { name: link, exact: true }).getAttribute("href")).toBe(link);
  await page.close();
});
