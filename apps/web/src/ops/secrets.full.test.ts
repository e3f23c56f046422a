import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { startTestOps } from "./test-ops.ts";

const test = await startTestOps();

// What must be in no page. A token is 43 characters (packages/accounts/src/tokens.ts), or longer.
const TOKEN = randomBytes(32).toString("base64url");
const SHORT = "marked-secret-1";
const BODY = "Marked body: dear Sam";
/** Text that SES, a mail server or a person may have written. */
const WORDS = `550 https://app.example.com/reset-password?token=${SHORT} ${TOKEN} #${TOKEN}=`;

/** Columns of text whose rows need certain values, or that name what a page is about. */
const GIVEN = new Set([
  "address_key",
  "recipient_key",
  "to_key",
  "to_address",
  "email",
  "email_key",
  "password_hash",
  "stopped_by",
  "paused",
  "dimension",
  "kind",
  "value",
  "category",
  "template",
  "recipient",
  "locale",
]);
/** Columns that may contain the body of an email, a link as it is, or a hash of either. */
const SEALED = new Set(["payload", "idempotency_key", "content_digest", "profile"]);

/** One row in every table that a page reads. */
async function fill(): Promise<string> {
  const id = await test.addMessage({ to: "name@example.com", lastError: "x", idempotencyKey: "x" });
  const about = { messageId: id, sesMessageId: "ses-1" };
  await test.db.attempt.create({
    data: { messageId: id, number: 1, result: "permanent", finishedAt: new Date(), error: "x" },
  });
  await test.db.event.create({
    data: {
      ...about,
      type: "Bounce",
      effect: "permanent",
      recipient: "name@example.com",
      recipientKey: "name@example.com",
      dedupeKey: "1",
      occurredAt: new Date(),
      detail: { diagnosticCode: WORDS, nested: { reason: [WORDS] } },
    },
  });
  await test.db.suppression.create({
    data: { addressKey: "name@example.com", reason: "bounce", evidence: { said: WORDS } },
  });
  await test.db.suppressionRemoval.create({
    data: {
      addressKey: "name@example.com",
      reason: "bounce",
      evidence: { said: WORDS },
      createdAt: new Date(),
      removedBy: "x",
      because: "x",
    },
  });
  for (const messageId of [id, null])
    await test.db.operatorAction.create({
      data: { messageId, action: "pause", doneBy: "x", because: "x", subject: "x" },
    });
  const worker = "00000000-0000-4000-8000-000000000000";
  await test.db.worker.create({ data: { id: worker, version: "x" } });
  await test.db.hourlyCount.create({
    data: { hour: new Date(), dimension: "source", value: WORDS, kind: "accepted", count: 1 },
  });
  await test.db.sendingStatus.update({
    where: { id: 1 },
    data: {
      stoppedBy: "misconfigured",
      stoppedAt: new Date(),
      stoppedError: "x",
      paused: "all",
      pausedAt: new Date(),
      pausedBy: "x",
      pausedBecause: "x",
      loweredRate: 1,
      loweredUntil: new Date(Date.now() + 3_600_000),
      loweredBecause: "x",
    },
  });
  await test.forgot("person@example.com");
  await test.signUp("name@example.com");
  return id;
}

/** Puts the marks into every other column of text. @returns the columns */
async function mark(): Promise<string[]> {
  const columns = await test.db.$queryRaw<{ table: string; column: string; type: string }[]>`
    SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)
    WHERE c.table_schema = 'public' AND t.table_schema = 'public'
      AND c.data_type IN ('text', 'bytea', 'jsonb') AND c.table_name <> '_prisma_migrations'`;
  const marked: string[] = [];
  await test.db.$transaction(async (tx) => {
    // Also rows that a trigger keeps as they are.
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
    for (const { table, column, type } of columns) {
      if (GIVEN.has(column) || (type === "jsonb" && !SEALED.has(column))) continue;
      // Not in the sessions: nobody would be logged in.
      if (table === "sessions" || (table === "users" && column === "name")) continue;
      if (type === "bytea" && !SEALED.has(column)) continue;
      const text = SEALED.has(column) ? `${BODY} ${WORDS}` : WORDS;
      const value =
        type === "jsonb" ? "to_jsonb($1::text)" : type === "bytea" ? "$1::text::bytea" : "$1";
      await tx.$executeRawUnsafe(
        `UPDATE "${table}" SET "${column}" = ${value} WHERE "${column}" IS NOT NULL`,
        text,
      );
      marked.push(`${table}.${column}`);
    }
  });
  return marked;
}

function expectNoSecret(text: string, where: string): void {
  for (const secret of [TOKEN, SHORT, BODY, "Marked body"])
    expect(text.includes(secret), `${where} shows ${secret}`).toBe(false);
}

it("shows no marked token, link or body of any column on any page, in any JSON or in the file", async () => {
  const id = await fill();
  const marked = await mark();
  for (const column of [
    "messages.payload",
    "messages.last_error",
    "messages.idempotency_key",
    "attempts.error",
    "operator_actions.because",
    "sending_status.stopped_error",
    "sending_status.paused_because",
    "suppression_removals.because",
    "workers.version",
  ])
    expect(marked).toContain(column);

  const pages = [
    "/ops",
    "/ops/rates",
    "/ops/messages",
    "/ops/messages?status=failed",
    `/ops/messages/${id}`,
    `/ops/messages/retry?id=${id}`,
    "/ops/messages/retry?status=failed",
    "/ops/suppressions",
    "/ops/suppressions?email=name@example.com",
    "/ops/suppressions/remove?email=name@example.com",
    "/ops/requests?email=person@example.com",
    "/ops/requests?email=name@example.com",
    "/ops/sending",
    "/ops/sending/resume",
    "/ops/actions",
  ];
  for (const path of pages) {
    for (const accept of ["text/html", "application/json"]) {
      const { status, text } = await test.get(path).set("Accept", accept);
      // 404, 409: nothing may be changed.
      expect([200, 404, 409], `${path}: ${text}`).toContain(status);
      expectNoSecret(text, `${path} as ${accept}`);
    }
  }
  const file = await test
    .post("/ops/suppressions/export", { because: "for the audit" })
    .expect(200);
  expect(file.text).toContain("name@example.com");
  expectNoSecret(file.text, "the CSV file");
  // The words around the secrets are shown.
  expect(await test.read(`/ops/messages/${id}`)).toContain("550 https://app.example.com");
});
