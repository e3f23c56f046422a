import type { Page } from "playwright-core";
import { expect } from "vitest";
import { LONG_ADDRESS } from "./ops-long-values.ts";
import { STATES, type StateName, emptyAgain } from "./ops-states.ts";
import type { Stack } from "./stack.ts";

/**
 * The pages, by the name of their picture. `ID` is a message with a long history, `ADDRESS` its
 * recipient.
 */
const PAGES = {
  now: "/ops",
  rates: "/ops/rates?period=7d",
  messages: "/ops/messages",
  "messages found": "/ops/messages?status=queued",
  "messages not found": "/ops/messages?q=nothing-has-this-id",
  message: "/ops/messages/ID",
  retry: "/ops/messages/retry?status=failed",
  suppressions: "/ops/suppressions",
  suppression: "/ops/suppressions?email=ADDRESS",
  suppress: "/ops/suppressions/add?email=ADDRESS",
  unsuppress: "/ops/suppressions/remove?email=ADDRESS",
  export: "/ops/suppressions/export",
  requests: "/ops/requests?email=asked@example.com",
  sending: "/ops/sending",
  pause: "/ops/sending/pause",
  resume: "/ops/sending/resume",
  rate: "/ops/sending/rate",
  actions: "/ops/actions",
};

/** Fills the database, and opens every page. */
export async function visitEveryPage(
  stack: Stack,
  page: Page,
  state: StateName,
  visit: (name: string) => Promise<void>,
): Promise<void> {
  await emptyAgain(stack.db);
  const id = await STATES[state](stack);
  const address = state === "with long values" ? LONG_ADDRESS : "bounced@example.com";
  for (const [name, url] of Object.entries(PAGES)) {
    await page.goto(url.replace("ID", id).replace("ADDRESS", encodeURIComponent(address)));
    await page.getByRole("navigation", { name: "Operations" }).waitFor();
    await visit(name);
  }
}

/** Expects that nothing is wider than the window, and that no text of a chart is over another. */
export async function expectWhole(page: Page, name: string): Promise<void> {
  const sideways = "document.documentElement.scrollWidth > innerWidth";
  expect(await page.evaluate(sideways), `${name} scrolls sideways`).toBe(false);
  expect(await page.evaluate(findOverlaps), `${name}: texts over each other`).toEqual([]);
}

function findOverlaps(): string[] {
  return [...document.querySelectorAll("svg.plot")].flatMap((chart) => {
    const texts = [...chart.querySelectorAll("text")].map((text) => {
      const { top, bottom, left, right } = text.getBoundingClientRect();
      return { words: text.textContent ?? "", top, bottom, left, right };
    });
    return texts.flatMap((a, i) =>
      texts
        .slice(i + 1)
        .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
        .map((b) => `${a.words} – ${b.words}`),
    );
  });
}
