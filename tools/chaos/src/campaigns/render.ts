import type { Findings, Setup } from "../campaign.ts";
import { runPropertyTest } from "../property-test.ts";

/**
 * The property test of packages/templates, with thousands of random props for each email: the HTML
 * is that of React Email's own render, and the text that of html-to-text.
 */
export async function render(setup: Setup): Promise<Findings> {
  const runs = Math.ceil(setup.messages / 2);
  setup.say(`${runs} runs for each email`);
  const env = { FUZZ: String(runs), NODE_ENV: "production" };
  await runPropertyTest(setup, "templates/src/fuzz.test.ts", env);
  const bars = { "0 differences but those with a name": true };
  return { figures: { runs, lost: 0, duplicates: 0 }, bars };
}
