import { PutSuppressedDestinationCommand } from "@aws-sdk/client-sesv2";
import { useTestDb } from "@repo/db/testing";
import { startSesLocal } from "@repo/ses-local/client";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { queueReset } from "../delivery/test-queue.ts";
import { createPseudonyms, eraseMail } from "../erasure.ts";
import { keysOf } from "../keys.ts";
import { createAccountList } from "../transports/account-list.ts";
import { createSesClient } from "../transports/ses-client.ts";
import { pointSdkTo } from "../transports/test-ses.ts";
import type { ReadPage } from "./compare.ts";
import {
  addSuppression,
  adoptSuppressions,
  compareSuppressions,
  findSuppression,
  removeSuppression,
} from "./suppressions.ts";

const [test, ses] = await Promise.all([useTestDb(), startSesLocal()]);
beforeAll(() => pointSdkTo(ses.url));
afterAll(async () => {
  vi.unstubAllEnvs();
  await ses.stop();
});

const decision = { by: "operator", because: "SES drops it" };
const pseudonyms = createPseudonyms(keysOf("a key of opt-outs with 32 characters"));

it("finds what only SES suppresses, and suppresses it here too", async () => {
  const list = createAccountList({ loopbackOnly: true, interval: 1 });
  const client = createSesClient({ loopbackOnly: true });
  const put = (EmailAddress: string, Reason: "BOUNCE" | "COMPLAINT" = "BOUNCE") =>
    client.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason }));
  const compare = () => compareSuppressions(test.db, list.page, pseudonyms);
  for (let i = 0; i < 1001; i++) await put(`bounced${i}@example.com`);
  await addSuppression(test.db, "bounced0@example.com", decision);
  await put("Angry@example.com", "COMPLAINT");
  await put("erased@example.com");
  await put("came-back@example.com");
  const gone = ["erased@example.com", "came-back@example.com"];
  await eraseMail(test.db, {
    keys: gone,
    pseudonyms: gone.map((key) => pseudonyms.of(key)),
    until: null,
  });
  await queueReset(test.db, "came-back@example.com");
  await put("back@example.com");
  await addSuppression(test.db, "back@example.com", decision);
  await removeSuppression(test.db, "back@example.com", decision);

  const { onlyAtSes, erased, compared } = await compare();
  // A page of SES has a thousand.
  expect(compared).toBe(1005);
  expect(erased).toEqual(["erased@example.com"]);
  // Not the one that we have, and not the one that was erased.
  expect(onlyAtSes).toHaveLength(1003);
  const of = (address: string) => onlyAtSes.find((found) => found.address === address);
  expect(of("angry@example.com")).toMatchObject({ reason: "complaint", isRemovedHere: false });
  expect(of("back@example.com")).toMatchObject({ reason: "bounce", isRemovedHere: true });

  expect(await adoptSuppressions(test.db, onlyAtSes, decision)).toBe(1002);
  expect(await adoptSuppressions(test.db, onlyAtSes, decision)).toBe(0);
  expect(await findSuppression(test.db, "Angry@example.com")).toMatchObject({
    reason: "complaint",
    evidence: { from: "SES's own suppression list" },
  });
  expect(await findSuppression(test.db, "back@example.com")).toBeNull();
  expect((await compare()).onlyAtSes).toMatchObject([{ isRemovedHere: true }]);
  expect(
    await test.db.operatorAction.count({
      where: { action: "suppress", addressKey: "angry@example.com" },
    }),
  ).toBe(1);
  list.close();
  client.destroy();
});

it("adopts more addresses than PostgreSQL can lock at once", async () => {
  const since = new Date();
  const found = Array.from({ length: 40_000 }, (_, i) => {
    return {
      address: `many${i}@example.com`,
      reason: "bounce" as const,
      since,
      isRemovedHere: false,
    };
  });
  expect(await adoptSuppressions(test.db, found, decision)).toBe(40_000);
});

it("takes two spellings of an address for one, on whichever pages SES lists them", async () => {
  const at = (day: number) => new Date(Date.UTC(2026, 0, day));
  const pages = [
    { entries: [{ address: "Two@example.com", reason: "bounce", since: at(1) }], next: "second" },
    { entries: [{ address: "two@example.com", reason: "complaint", since: at(2) }], next: null },
  ] satisfies Awaited<ReturnType<ReadPage>>[];
  const readPage = (from?: string) => Promise.resolve(pages[from === "second" ? 1 : 0]!);
  const { onlyAtSes } = await compareSuppressions(test.db, readPage, pseudonyms);
  expect(onlyAtSes).toEqual([
    { address: "two@example.com", reason: "complaint", since: at(2), isRemovedHere: false },
  ]);
  expect(await adoptSuppressions(test.db, onlyAtSes, decision)).toBe(1);
});

it("does not list an address whose suppression was kept after an erasure, although somebody is back", async () => {
  const address = "complained@example.com";
  await test.db.suppression.create({
    data: { addressKey: pseudonyms.of(address), reason: "complaint" },
  });
  await test.db.erasedAddress.create({ data: { pseudonym: pseudonyms.of(address) } });
  await queueReset(test.db, address);
  const entries = [{ address, reason: "complaint" as const, since: new Date() }];
  const readPage = () => Promise.resolve({ entries, next: null });
  const { onlyAtSes, erased } = await compareSuppressions(test.db, readPage, pseudonyms);
  expect({ onlyAtSes, erased }).toEqual({ onlyAtSes: [], erased: [] });
  await removeSuppression(test.db, address, {
    ...decision,
    overrideComplaint: true,
    pseudonyms,
  });
  expect((await compareSuppressions(test.db, readPage, pseudonyms)).onlyAtSes).toMatchObject([
    { address, isRemovedHere: true },
  ]);
});
