import { inject } from "vitest";

/**
 * Whether this is `pnpm test:full`, which takes minutes. `pnpm test` runs before every commit, so
 * it tries fewer random values.
 */
export const full = inject("full");
