import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { openBrowser } from "./browser.ts";
import { everyEmail, withWord } from "./every-email.ts";
import { type Drawn, brokenWords, openSheet, overflows, picture } from "./sheet.ts";

// Every email in a browser: each case, in each language that it has texts in. A person has to look
// at the sheets: no test compares pixels, because fonts differ between machines.

const root = path.join(import.meta.dirname, "../../..");
// `pnpm --filter @repo/e2e emails:sheet` writes the sheets of the documents.
const folder = path.join(root, process.env["MODE"] === "sheet" ? "docs" : ".local");

const browser = await openBrowser();
afterAll(() => browser.close());

const emails: Drawn[] = everyEmail().map(({ template, case: title, locale, html }) => ({
  title: `${template}: ${title} (${locale})`,
  html,
}));

it.each(["light", "dark"] as const)(
  "shows every email whole, with no word broken, at the width of a desk and of a phone, in %s",
  async (colorScheme) => {
    const page = await openSheet(browser, emails, colorScheme);
    const found = await overflows(page);
    expect(found).toHaveLength(2 * emails.length);
    expect(found.filter(([, pixels]) => pixels > 0)).toEqual([]);
    expect(await brokenWords(page)).toEqual([]);
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `emails-${colorScheme}.webp`), await picture(page));
    await page.close();
  },
);

it("shows a word that is wider than a phone without scrolling sideways, and breaks no other word", async () => {
  const words = ["Donaudampfschifffahrtsgesellschaftskapitän", "W".repeat(30)];
  const page = await openSheet(browser, words.flatMap(withWord), "light");
  const found = await overflows(page);
  expect(found.length).toBeGreaterThan(20);
  expect(found.filter(([, pixels]) => pixels > 0)).toEqual([]);
  const broken = await brokenWords(page);
  expect(broken.filter((one) => !words.some((word) => one.endsWith(`: ${word}`)))).toEqual([]);
  await page.close();
});
