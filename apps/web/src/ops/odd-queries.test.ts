import { expect, it } from "vitest";
import { startTestOps } from "./test-ops.ts";

const ops = await startTestOps();

it.each([
  "/ops/messages?before=x",
  "/ops/messages?template=%00",
  "/ops/messages?q=%00",
  "/ops/messages?to=%00@example.com",
  "/ops/messages?since=0000-01-01",
  "/ops/messages?until=9999-12-31",
  "/ops/messages?until=0001-01-01T00:00",
  "/ops/messages/%00",
  "/ops/messages/retry?template=%00",
  "/ops/messages/retry?since=0000-01-01T00:00&status=failed",
  "/ops/actions?before=1",
  "/ops/actions?before=x",
  "/ops/actions?before=2026-11-30%0012",
  "/ops/actions?before=Mon%20Nov%2030%202026%20(x)",
  "/ops/suppressions?before=x",
  "/ops/suppressions?before=1%20x",
  "/ops/suppressions?before=%00",
  "/ops/suppressions?before=2026-01-01T00:00:00.000Z/%00",
  "/ops/suppressions?before=%2B200000-01-01T00:00:00.000Z/a",
  "/ops/suppressions?email=%00@example.com",
  "/ops/requests?email=%00",
  "/ops/requests?email=x",
])("answers a query that no page makes with a reason, and never with a fault: %s", async (path) => {
  for (const type of ["text/html", "application/json"]) {
    const { status } = await ops.get(path).set("Accept", type);
    expect([200, 400, 404, 422]).toContain(status);
  }
});

it.each(["2026-02-30", "2026-02-29T00:00", "2026-04-31T12:00", "2026-01-31T24:00"])(
  "refuses a time that does not exist, and searches for no other: %s",
  async (time) => {
    await ops.get(`/ops/messages?since=${time}`).expect(422);
    await ops.get(`/ops/messages?until=${time}`).expect(422);
    await ops.get("/ops/messages?since=2028-02-29T23:59").expect(200);
  },
);

it("answers a form with a character that PostgreSQL cannot store with the field", async () => {
  const fields = { template: "wel\0come", counted: "1", because: "a test" };
  for (const path of ["retry", "cancel", "hold", "release"]) {
    await ops.post(`/ops/messages/${path}`, fields).expect(422);
  }
});

it("finds nothing at a path that cannot be decoded", async () => {
  await ops.get("/ops/messages/%ff").expect(404);
});
