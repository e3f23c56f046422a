import axe from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Expects that axe-core finds nothing on the page. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  // Wait for animations: axe must not judge colours in transition.
  await page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished))");
  // Targets of 24 pixels (WCAG 2.2, 2.5.8) are not among axe's defaults.
  const run = 'axe.run({ rules: { "target-size": { enabled: true } } })';
  const { violations } = await page.evaluate<axe.AxeResults>(run);
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}
