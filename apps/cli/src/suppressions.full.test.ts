import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { useTestDb } from "@repo/db/testing";
import { createPseudonyms } from "@repo/email/erasure";
import { applyEvents } from "@repo/email/events";
import { keysOf } from "@repo/email/keys";
import { addSuppression } from "@repo/email/suppressions";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { refusesInOneLine, runCommand } from "./test-command.ts";

// Plays SES's account-level suppression list.
let status = 200;
let calls: string[] = [];
let answer = "{}";
const ses = createServer((req, res) => {
  calls.push(`${req.method} ${req.url}`);
  res
    .writeHead(status, status === 404 ? { "x-amzn-ErrorType": "NotFoundException" } : {})
    .end(answer);
});

const test = await useTestDb();
beforeAll(async () => {
  ses.listen(0, "127.0.0.1");
  await once(ses, "listening");
});
afterAll(() => void ses.close());
beforeEach(async () => {
  status = 200;
  calls = [];
  answer = "{}";
  await test.db.suppression.deleteMany();
  await test.db.suppressionRemoval.deleteMany();
  await test.db.event.deleteMany();
});

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  runCommand(["suppressions", ...args], {
    DATABASE_URL: test.url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SESV2: `http://127.0.0.1:${(ses.address() as AddressInfo).port}`,
    ...env,
  });

const hear = (recipient: string, effect: "permanent" | "complaint") =>
  applyEvents(test.db, [
    {
      sesMessageId: "0100",
      type: effect === "permanent" ? "Bounce" : "Complaint",
      recipient,
      dedupeKey: "1",
      occurredAt: new Date("2026-01-02T03:04:05Z"),
      detail: { diagnosticCode: "550 \u001b[2Jno such mailbox" },
      effect,
    },
  ]);

it("tells what a person has turned off, though email goes to them", async () => {
  const data = { addressKey: "sam@example.com", category: "news", changedBy: "link" };
  await test.db.emailPreference.create({
    data: { ...data, wanted: false, changedAt: new Date("2026-01-02T03:04:05Z") },
  });
  const { code, out } = await run(["Sam@example.com"]);
  expect(code).toBe(1);
  expect(out).toBe(
    "Email goes to Sam@example.com.\n  news is turned off since 2026-01-02 03:04:05, by link\n",
  );
});

it("lists who gets no email and why, newest first, and continues after the end of a list", async () => {
  await hear("gone@example.com", "permanent");
  await hear("annoyed@example.com", "complaint");
  await addSuppression(test.db, "added@example.com", { by: "me", because: "asked" });
  const { code, out, err } = await run(["--limit", "2"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  const [head, ...rows] = out.split("\n");
  expect(head).toMatch(/^SINCE \(UTC\) +REASON +UNTIL +ADDRESS$/);
  expect(rows[0]).toMatch(/manual +for good +added@example\.com$/);
  expect(rows[1]).toMatch(/^2026-01-02 03:04:05 +bounce +for good +gone@example\.com$/);
  const [, cursor = ""] = /--before (\S+)/.exec(out) ?? [];
  const older = await run(["--before", cursor]);
  expect(older.out).toMatch(/complaint +for good +annoyed@example\.com\n$/);
  expect((await run(["--for", "soft-bounces"])).out).toBe("No such address is suppressed.\n");
});

it("tells why an address gets no email, without the control characters of a server's answer", async () => {
  await hear("gone@example.com", "permanent");
  const { code, out } = await run(["GONE@example.com"]);
  expect(code).toBe(0);
  expect(out).toMatch(/Reason +bounce: the mailbox does not exist, or refuses us\n/);
  expect(out).toMatch(/Evidence +sesMessageId=0100, diagnosticCode=550 {2}\[2Jno such mailbox\n/);
  expect(out).toMatch(/2026-01-02 03:04:05\.000 +permanent +SES id 0100, diagnosticCode/);
  const json = JSON.parse((await run(["gone@example.com", "--json"])).out);
  expect(json).toMatchObject({ suppression: { reason: "bounce" }, events: [{}], removals: [] });

  const other = await run(["other@example.com"]);
  expect(other).toEqual({ code: 1, out: "Email goes to other@example.com.\n", err: "" });
});

it("removes a suppression here and at SES, and shows who did it and why", async () => {
  await hear("gone@example.com", "permanent");
  status = 404;
  const because = ["--reason", "the mailbox is back", "--by", "operator"];
  const { code, out } = await run(["remove", "gone@example.com", ...because]);
  expect({ code, out }).toMatchObject({ code: 0, out: /again/ });
  expect(calls).toEqual(["DELETE /v2/email/suppression/addresses/gone%40example.com"]);
  const shown = await run(["gone@example.com"]);
  expect(shown.code).toBe(1);
  expect(shown.out).toMatch(
    /removed +bounce, by operator: the mailbox is back, .*sesMessageId=0100/,
  );
});

it("changes nothing if SES's list cannot be changed, and says so", async () => {
  await hear("gone@example.com", "permanent");
  const remove = ["remove", "gone@example.com", "--reason", "the mailbox is back"];
  status = 403;
  const denied = await run(remove);
  expect(denied.code).toBe(1);
  expect(denied.err).toMatch(/^Nothing was changed here.*ses:DeleteSuppressedDestination.*\n$/);
  expect((await run(["gone@example.com"])).out).toContain("bounce");

  // Outside production nothing is changed at AWS.
  const away = await run(remove, { AWS_ENDPOINT_URL_SESV2: "https://email.example.com" });
  expect(away.err).toMatch(/^Nothing was changed here.*APP_ENV=production.*\n$/);
  expect((await run([...remove, "--not-at-ses"])).out).toContain("is unchanged");
});

it("removes a complaint only by an explicit override", async () => {
  await hear("annoyed@example.com", "complaint");
  const remove = ["remove", "annoyed@example.com", "--reason", "asked for email again"];
  const refused = await run(remove);
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("complained") });
  expect(calls).toEqual([]);
  expect((await run([...remove, "--override-complaint"])).code).toBe(0);
});

describe("compare", () => {
  const OPT_OUT_KEY = "a key of opt-outs of the tests with 32 characters";
  beforeEach(async () => {
    await hear("known@example.com", "permanent");
    const since = Date.parse("2026-02-03T04:05:06Z") / 1000;
    answer = JSON.stringify({
      SuppressedDestinationSummaries: ["known@example.com", "only-there@example.com"].map(
        (EmailAddress) => ({ EmailAddress, Reason: "BOUNCE", LastUpdateTime: since }),
      ),
    });
  });

  it("tells what only SES suppresses, and what to do", async () => {
    const { code, out } = await run(["compare"], { OPT_OUT_KEY });
    expect(code).toBe(0);
    expect(out).toMatch(/2026-02-03 04:05:06 +bounce +not suppressed +only-there@example\.com\n/);
    expect(out).toContain("2 addresses on SES's own list, 1 of them not on ours.");
    expect(out).toContain("add --adopt --reason TEXT");
    expect(calls).toEqual(["GET /v2/email/suppression/addresses?PageSize=1000"]);
    expect(await test.db.suppression.count()).toBe(1);
  });

  it("with --adopt suppresses it here too, with who and why", async () => {
    const args = ["compare", "--adopt", "--reason", "moved to this account", "--by", "me"];
    const { out } = await run(args, { OPT_OUT_KEY });
    expect(out).toContain("1 address is suppressed here now.");
    expect(await test.db.suppression.findMany({ orderBy: { addressKey: "asc" } })).toMatchObject([
      { addressKey: "known@example.com" },
      { addressKey: "only-there@example.com", reason: "bounce" },
    ]);
    expect(
      await test.db.operatorAction.findMany({ where: { addressKey: "only-there@example.com" } }),
    ).toMatchObject([{ action: "suppress", doneBy: "me", because: "moved to this account" }]);
  });

  it("with --erase takes addresses that were erased here off SES's list, and shows none of them", async () => {
    const pseudonym = createPseudonyms(keysOf(OPT_OUT_KEY)).of("only-there@example.com");
    await test.db.erasedAddress.create({ data: { pseudonym } });
    const found = await run(["compare"], { OPT_OUT_KEY });
    expect(found.out).toContain(
      "1 address on it was erased here. To erase there too, add --erase.",
    );
    const { out } = await run(["compare", "--erase"], { OPT_OUT_KEY });
    expect(out).toContain("1 address on it was erased here, and now there too.");
    expect(calls.at(-1)).toBe("DELETE /v2/email/suppression/addresses/only-there%40example.com");
    expect(found.out + out).not.toContain("only-there");
    await test.db.erasedAddress.deleteMany();
  });

  it.each([
    [["--adopt"], { OPT_OUT_KEY }, "Say why"],
    [[], {}, "OPT_OUT_KEY is not set"],
  ])("refuses %j before it asks SES", async (args, env, message) => {
    const { code, err } = await run(["compare", ...args], env);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(calls).toEqual([]);
  });
});

it("adds an address for an operator", async () => {
  const { code, out } = await run([
    "add",
    "name@example.com",
    "--reason",
    "by phone",
    "--by",
    "me",
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(
    /Reason +manual.*\n.*\n +Until +for good\n +Evidence +by=me, because=by phone/,
  );
});

refusesInOneLine(run, [
  [["--for", "spite"], "--for is one of soft-bounces, bounce, manual, complaint"],
  [["remove"], "Which address?"],
  [["remove", "name@example.com"], "Say why"],
  [["remove", "name@example.com", "--reason", "x"], "not suppressed"],
  [["add", "nobody", "--reason", "x"], "This is not an email address"],
  [["delete", "name@example.com"], "Use add, remove or compare"],
  [["add", "a@example.com", "b@example.com", "--reason", "x"], "Only one address at a time"],
  [["--before", "name"], "`next` of an earlier page"],
]);

it("exits with 1 for an address whose suppression has passed", async () => {
  await test.db.suppression.create({
    data: { addressKey: "back@example.com", reason: "soft_bounces", expiresAt: new Date(0) },
  });
  const { code, out } = await run(["back@example.com"]);
  expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining("has passed") });
});
