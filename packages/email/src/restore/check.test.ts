import { randomUUID } from "node:crypto";
import { createDb } from "@repo/db";
import { createTestDb } from "@repo/db/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { claimAs, queueReset, useOutbox } from "../delivery/test-queue.ts";
import { endStop, stopSending } from "../pace.ts";
import { sendingStatus } from "../log.ts";
import { checkDatabase } from "./check.ts";

const test = await useOutbox();
beforeEach(async () => {
  await test.db.sendingStatus.updateMany({
    data: { stoppedBy: null, systemIdentifier: null, timelineId: null, oids: null, seenAt: null },
  });
});

const fine = { isStopped: false, isFailover: false };
const stopped = { isStopped: true, isFailover: false };
const minutes = (count: number) =>
  test.db.$executeRaw`UPDATE sending_status SET seen_at = seen_at - ${count} * interval '1 minute'`;

describe("a restored backup", () => {
  it("is a copy of the database", async () => {
    const original = await createTestDb();
    await checkDatabase(original.db);
    await original.db.$disconnect();
    const copy = await createTestDb(original.url);
    expect(await checkDatabase(copy.db)).toMatchObject(stopped);
    expect((await sendingStatus(copy.db)).stopped).toMatchObject({
      by: "restored",
      error: "this is another database than before: restored, copied or moved",
      probeAt: null,
      next: expect.stringContaining("pnpm email:restored"),
    });
    // It stays stopped, since the same time.
    const { restoredAt } = await copy.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
    expect(await checkDatabase(copy.db)).toMatchObject(stopped);
    expect(await copy.db.sendingStatus.findUnique({ where: { id: 1 } })).toMatchObject({
      restoredAt,
    });
    await Promise.all([copy.drop(), original.drop()]);
  });

  it("is the same database on another server", async () => {
    await checkDatabase(test.db);
    await test.db.sendingStatus.updateMany({ data: { systemIdentifier: "1" } });
    expect(await checkDatabase(test.db)).toMatchObject(stopped);
  });

  it("is the same database with its tables created again", async () => {
    const emptied = await createTestDb();
    await checkDatabase(emptied.db);
    await emptied.db.$transaction([
      emptied.db.$executeRaw`ALTER TABLE sending_status RENAME TO before`,
      emptied.db.$executeRaw`CREATE TABLE sending_status (LIKE before INCLUDING ALL)`,
      emptied.db.$executeRaw`INSERT INTO sending_status SELECT * FROM before`,
    ]);
    expect(await checkDatabase(emptied.db)).toMatchObject(stopped);
    await emptied.drop();
  });

  it("is on another timeline, and no worker has looked at it for five minutes", async () => {
    await checkDatabase(test.db);
    await test.db.sendingStatus.updateMany({ data: { timelineId: 99 } });
    await minutes(6);
    expect(await checkDatabase(test.db)).toMatchObject(stopped);
  });

  it("is older than a worker has seen it", async () => {
    const { seenAt } = await checkDatabase(test.db);
    await minutes(6);
    expect(await checkDatabase(test.db, { known: seenAt })).toMatchObject(stopped);
  });

  it("is any database that an operator declares to be one", async () => {
    await checkDatabase(test.db, { declared: "operator says: a snapshot" });
    expect((await sendingStatus(test.db)).stopped).toMatchObject({
      by: "restored",
      error: "operator says: a snapshot",
    });
  });
});

describe("no restore", () => {
  it("is the first look, nor any later one", async () => {
    const first = await checkDatabase(test.db);
    expect(first).toMatchObject(fine);
    expect(await checkDatabase(test.db, { known: first.seenAt })).toMatchObject(fine);
    expect(await checkDatabase(test.db)).toMatchObject(fine);
  });

  it("is a failover, which is found once", async () => {
    await checkDatabase(test.db);
    await test.db.sendingStatus.updateMany({ data: { timelineId: 99 } });
    await minutes(4);
    expect(await checkDatabase(test.db)).toEqual({
      ...fine,
      isFailover: true,
      seenAt: expect.any(String),
    });
    expect(await checkDatabase(test.db)).toMatchObject(fine);
  });

  it("is a failover that took longer, for a worker that has lived through it", async () => {
    await checkDatabase(test.db);
    await test.db.sendingStatus.updateMany({ data: { timelineId: 99 } });
    await minutes(60);
    const [row] = await test.db.$queryRaw<{ seen: string }[]>`
      SELECT seen_at::text AS seen FROM sending_status`;
    expect(await checkDatabase(test.db, { known: row!.seen })).toMatchObject({
      isStopped: false,
      isFailover: true,
    });
  });

  it("is a worker that was off for an hour", async () => {
    await checkDatabase(test.db);
    await minutes(60);
    expect(await checkDatabase(test.db)).toMatchObject(fine);
  });
});

it("notices another database also if its role may not read the cluster's identifier", async () => {
  const original = await createTestDb();
  const role = `limited_${randomUUID()}`;
  await original.db.$executeRawUnsafe(`CREATE ROLE "${role}"`);
  for (const name of ["pg_control_system", "pg_control_checkpoint"]) {
    await original.db.$executeRawUnsafe(`REVOKE EXECUTE ON FUNCTION ${name}() FROM PUBLIC`);
  }
  await original.db.$executeRawUnsafe(`GRANT SELECT, UPDATE ON sending_status TO "${role}"`);
  const as = (url: string) => {
    const limited = new URL(url);
    limited.searchParams.set("options", `-c role=${role}`);
    return createDb(limited.href);
  };
  const db = as(original.url);
  expect(await checkDatabase(db)).toMatchObject(fine);
  expect(await checkDatabase(db)).toMatchObject(fine);
  expect(await db.sendingStatus.findUnique({ where: { id: 1 } })).toMatchObject({
    systemIdentifier: null,
    timelineId: null,
    oids: expect.stringMatching(/^\d+\/\d+$/),
  });
  await db.$disconnect();
  await original.db.$disconnect();
  const copy = await createTestDb(original.url);
  const copied = as(copy.url);
  expect(await checkDatabase(copied)).toMatchObject(stopped);
  await copied.$disconnect();
  await Promise.all([copy.drop(), original.drop()]);
  await test.db.$executeRawUnsafe(`DROP ROLE "${role}"`);
});

it("lasts: no other cause replaces the stop, no probe goes out, and SES's answers do not end it", async () => {
  await stopSending(test.db, "outage", "before");
  await checkDatabase(test.db, { declared: "a snapshot" });
  await queueReset(test.db);
  expect(await stopSending(test.db, "paused", "why")).toBe(false);
  expect(await endStop(test.db)).toBe(false);
  expect((await claimAs(test.db)).messages).toEqual([]);
  expect((await sendingStatus(test.db)).stopped).toMatchObject({ by: "restored" });
});
