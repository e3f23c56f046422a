import { inject } from "vitest";

/**
 * Whether this is `pnpm test:full`, which takes minutes. `pnpm test` runs before every commit:
 * there a property is tried with fewer values.
 */
export const full = inject("full");
