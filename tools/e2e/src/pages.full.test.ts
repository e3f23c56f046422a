import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { everyEmail } from "./every-email.ts";
import { visitEveryPage } from "./every-page.ts";
import { meet } from "./person.ts";
import { useStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

// Every page in a browser, in each language. A person has to look at the pictures in
// `.local/pages`.

const folder = path.join(import.meta.dirname, "../../../.local/pages");
const locales = [...new Set(everyEmail().map(({ locale }) => locale))];

const { stack, browser } = await useStack();

describe.each(locales)("%s", (locale) => {
  it.each(VARIANTS)("fits, is accessible and has the right language, $how", async (device) => {
    const variant = { ...device, locale };
    const person = (name: string) => meet({ stack, browser, variant }, `${name} ${locale}`);
    const shots = path.join(folder, `${locale} ${device.how}`.replaceAll(/\W+/g, "-"));
    await mkdir(shots, { recursive: true });
    let count = 0;
    async function visit(page: Page, title: string): Promise<void> {
      const name = `${String(++count).padStart(2, "0")}-${title.replaceAll(/\W+/g, "-")}.png`;
      await writeFile(path.join(shots, name), await page.screenshot({ fullPage: true }));
      const sideways = "document.documentElement.scrollWidth > innerWidth";
      expect(await page.evaluate(sideways), `${title} scrolls sideways`).toBe(false);
      expect(await page.locator("html").getAttribute("lang"), title).toBe(locale);
      // Without scripts axe has no timers and never ends.
      if (device.javaScriptEnabled) await expectAccessible(page);
    }
    await visitEveryPage(stack, await person("walker"), person, visit);
    expect(count).toBeGreaterThan(0);
  });
});
