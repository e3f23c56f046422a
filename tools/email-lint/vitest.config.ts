import { config } from "@repo/testing/vitest";

export default config();
