import { useTestDb } from "@repo/db/testing";
import { beforeAll, expect, it } from "vitest";
import { createQuota } from "./ses-quota.ts";

const test = await useTestDb();
beforeAll(async () => {
  await test.db.$executeRaw`
    INSERT INTO sending_status (id, max_24_hours) VALUES (1, 200)
    ON CONFLICT (id) DO UPDATE SET max_24_hours = 200`;
});

it("gives all concurrent callers the same quota, also during the reading", async () => {
  const quota = createQuota(test.db);
  expect(await Promise.all([quota(), quota(), quota()])).toEqual([200, 200, 200]);
});

it("reads again after a failed reading", async () => {
  const quota = createQuota(test.db);
  await test.db.$executeRaw`ALTER TABLE sending_status RENAME TO away`;
  await expect(quota()).rejects.toThrow("sending_status");
  await test.db.$executeRaw`ALTER TABLE away RENAME TO sending_status`;
  expect(await quota()).toBe(200);
});

it("reads again while the quota is unknown", async () => {
  const quota = createQuota(test.db);
  const hears = (max24Hours: number | null) =>
    test.db.sendingStatus.updateMany({ data: { max24Hours } });
  await hears(null);
  expect(await quota()).toBe(null);
  await hears(200);
  expect(await quota()).toBe(200);
  await hears(400);
  expect(await quota()).toBe(200);
});
