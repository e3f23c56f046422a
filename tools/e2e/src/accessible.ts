import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** axe-core finds nothing on the page as it is. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  // Colours on their way from one to the other are no colours of the page.
  await page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished))");
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

const judged = new Set<string>();

/** The same, but each state of a page only once in each scheme: axe takes its time. */
export async function expectEachAccessible(page: Page, scheme: string): Promise<void> {
  const words = await page.locator("body").innerText();
  // Somebody's address and a request's id make no other state.
  const state = `${scheme} ${words.replaceAll(/\S+@\S+|[\da-f-]{36}/g, "")}`;
  if (judged.has(state)) return;
  judged.add(state);
  await expectAccessible(page);
}
