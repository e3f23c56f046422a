import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Expects that axe-core finds nothing on the page. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  // Wait for animations: axe must not judge colours in transition.
  await page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished))");
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
