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
