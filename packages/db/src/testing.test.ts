import { expect, test } from "vitest";
import { createTestDb } from "./testing.ts";

test("gives each caller a migrated, empty database of its own", async () => {
  const [one, two] = await Promise.all([createTestDb(), createTestDb()]);
  await one.db.suppression.create({ data: { addressKey: "a@example.com", reason: "bounce" } });
  expect(await one.db.suppression.count()).toBe(1);
  expect(await two.db.suppression.count()).toBe(0);
  await Promise.all([one.drop(), two.drop()]);
});
