import { expect, it } from "vitest";
import { listen } from "./listen.ts";
import { createTestDb } from "./testing.ts";

it("ends even while it connects", async () => {
  const test = await createTestDb();
  let calls = 0;
  await listen(test.url, "channel", () => calls++)();
  expect(calls).toBe(0);
  await test.drop();
});
