import { randomUUID } from "node:crypto";
import { Prisma } from "@repo/db";
import { expect, it, onTestFinished } from "vitest";
import { startTestApp } from "./test-app.ts";

const app = await startTestApp();

it("serves pages that work without JavaScript, under a policy that allows only our own script", async () => {
  for (const path of [
    "/",
    "/signup",
    "/login",
    "/verify-email",
    "/forgot-password",
    "/reset-password",
  ]) {
    const page = await app.get(path).expect(200).expect("Content-Type", /html/);
    expect(page.text).toMatch(/^<!doctype html><html lang="en" dir="ltr">/);
    expect(page.text).toMatch(/<script src="\/page\.[\da-f]{12}\.js" defer="">/);
    expect(page.text.replace(/<script src="\/page[^>]*>/, "")).not.toMatch(
      /<script|<style| style=| on\w+=/i,
    );
    expect(page.headers["cache-control"]).toBe("no-store");
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toBe(
      "default-src 'none';style-src 'self';script-src 'self';connect-src 'self';img-src 'self' data:;form-action 'self';frame-ancestors 'none';base-uri 'none'",
    );
    expect(page.headers["strict-transport-security"]).toBeUndefined();
  }
});

it("serves the stylesheet and the script under paths that change with their content, cacheable forever", async () => {
  const { text } = await app.get("/");
  const script = /<script src="([^"]+)"/.exec(text)?.[1] ?? "";
  const js = await app
    .get(script)
    .expect(200)
    .expect("Content-Type", /javascript/);
  expect(js.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  const path = /<link rel="stylesheet" href="([^"]+)"/.exec(text)?.[1] ?? "";
  expect(path).toMatch(/^\/style\.[\da-f]{12}\.css$/);
  const css = await app.get(path).expect(200).expect("Content-Type", /css/);
  expect(css.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  expect(css.text).toContain("--brand-on-accent:");
});

it("is alive without a migrated database, but not ready", async () => {
  await app.get("/healthz").expect(200, { status: "ok" });
  await app.get("/readyz").expect(200, { status: "ok", email: { status: "ok" } });

  const old = await startTestApp({ until: onTestFinished });
  await old.db.$executeRaw`ALTER TABLE messages DROP COLUMN resent`;
  await old.get("/healthz").expect(200);
  const response = await old.get("/readyz").expect(503);
  expect(response.body.status).toBe("unavailable");
  expect(old.log()).toContain("resent");
});

it("is not ready while any table that it needs is missing", async () => {
  const tables = await app.db.$queryRaw<{ name: string }[]>`
    SELECT tablename AS name FROM pg_tables
     WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'`;
  const needed: string[] = [];
  for (const { name } of tables) {
    await app.db.$executeRawUnsafe(`ALTER TABLE "${name}" RENAME TO "not_migrated"`);
    const { status } = await app.get("/readyz");
    if (status === 503) needed.push(name);
    await app.db.$executeRawUnsafe(`ALTER TABLE "not_migrated" RENAME TO "${name}"`);
  }
  // All of its own: a newer version may have added tables (pnpm db:before).
  expect(needed).toHaveLength(Object.keys(Prisma.ModelName).length);
  await app.get("/readyz").expect(200);
});

it("stays ready while sending is stopped, and names the cause and the next step, but not SES's answer", async () => {
  const stoppedAt = new Date("2030-01-01T00:00:00Z");
  await app.db.sendingStatus.update({
    where: { id: 1 },
    data: { stoppedBy: "misconfigured", stoppedAt, stoppedError: "role arn:aws:iam::000 may not" },
  });
  const { body, text } = await app.get("/readyz").expect(200);
  expect(body).toEqual({
    status: "ok",
    email: {
      status: "stopped",
      by: "misconfigured",
      since: stoppedAt.toISOString(),
      next: expect.stringContaining("configuration set"),
    },
  });
  expect(text).not.toContain("arn:");
});

it("stays ready while no email can be rendered, and says so without the error", async () => {
  await app.db.sendingStatus.update({ where: { id: 1 }, data: { stoppedBy: null } });
  const createdAt = new Date(Date.now() - 6 * 60_000);
  const message = { template: "welcome", category: "account", to: "a@example.com" };
  const failing = { lastError: "RangeError: a secret", unrenderedAt: new Date(), attemptCount: 8 };
  const ids = [randomUUID(), randomUUID()];
  await app.db.message.createMany({
    data: ids.map((id) => ({
      ...message,
      ...failing,
      id,
      toKey: message.to,
      onUnknown: "hold",
      payload: Buffer.from("sealed"),
      createdAt,
    })),
  });
  const { body, text } = await app.get("/readyz").expect(200);
  expect(body.email).toEqual({
    status: "stopped",
    by: "unrendered",
    since: createdAt.toISOString(),
    next: expect.stringContaining("Repair the template"),
  });
  expect(text).not.toContain("secret");
  await app.db.message.deleteMany({ where: { id: { in: ids } } });
});

it("stays ready while the daily quota is used up, and says so", async () => {
  await app.db.sendingStatus.update({
    where: { id: 1 },
    data: { stoppedBy: null, max24Hours: 200, sent24Hours: 200 },
  });
  const { body } = await app.get("/readyz").expect(200);
  expect(body).toMatchObject({ status: "ok", email: { status: "stopped", by: "quota" } });
});

it("stays ready while an operator has paused sending, and names open alerts, but no words of theirs", async () => {
  await app.db.sendingStatus.update({
    where: { id: 1 },
    data: { max24Hours: null, paused: "all", pausedAt: new Date(), pausedBecause: "a secret" },
  });
  await app.db.alert.create({ data: { cause: "bounces", since: new Date(), toldAt: new Date() } });
  const stopped = await app.get("/readyz").expect(200);
  expect(stopped.body.email).toMatchObject({ status: "stopped", by: "pause", alerts: ["bounces"] });
  expect(stopped.text).not.toContain("secret");
  await app.db.sendingStatus.update({ where: { id: 1 }, data: { paused: "non-essential" } });
  const slowed = await app.get("/readyz").expect(200);
  expect(slowed.body.email).toMatchObject({ status: "slowed", by: "pause" });
  await app.db.sendingStatus.update({ where: { id: 1 }, data: { paused: null } });
  await app
    .get("/readyz")
    .expect(200, { status: "ok", email: { status: "ok", alerts: ["bounces"] } });
});
