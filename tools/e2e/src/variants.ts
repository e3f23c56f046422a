import { full } from "@repo/testing/full";

const desk = { viewport: { width: 1280, height: 800 }, isMobile: false, hasTouch: false };
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

const ALL = [
  { how: "at a desk", ...desk, javaScriptEnabled: true, colorScheme: "light" },
  { how: "on a phone, without scripts", ...phone, javaScriptEnabled: false, colorScheme: "light" },
  { how: "on a phone, in the dark", ...phone, javaScriptEnabled: true, colorScheme: "dark" },
  { how: "at a desk, without scripts", ...desk, javaScriptEnabled: false, colorScheme: "dark" },
] as const;

export type Variant = (typeof ALL)[number];

/**
 * The devices for each flow. `pnpm test:e2e` uses only the first. Tests of apps/web cover the pages
 * without scripts.
 */
export const VARIANTS: readonly [Variant, ...Variant[]] = full ? ALL : [ALL[0]];
