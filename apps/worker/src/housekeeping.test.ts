import { createTestDb } from "@repo/db/testing";
import { pino } from "pino";
import { afterAll, expect, it } from "vitest";
import { runHousekeeping } from "./housekeeping.ts";

const test = await createTestDb();
afterAll(() => test.drop());

it("says in the log where it has failed", async () => {
  await test.db.$executeRaw`ALTER TABLE messages RENAME TO elsewhere`;
  const lines: string[] = [];
  await runHousekeeping({
    db: test.db,
    log: pino({}, { write: (line) => void lines.push(line) }),
    once: true,
    signal: new AbortController().signal,
  });
  const failed = lines.find((line) => line.includes("housekeeping failed"));
  expect(JSON.parse(failed ?? "{}")).toMatchObject({
    code: expect.stringMatching(/^P\d{4}$/),
    at: expect.arrayContaining([expect.stringMatching(/^at /)]),
  });
});
