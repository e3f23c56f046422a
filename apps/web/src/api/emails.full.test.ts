import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createKey } from "@repo/email/api";
import { expect, it, onTestFinished } from "vitest";
import { startTestApp } from "../test-app.ts";

it("queues one email for 1,000 requests at once with one idempotency key", async () => {
  const app = await startTestApp({ until: onTestFinished });
  const server = app.app.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const given = { program: "billing", templates: ["verify-email"], perHour: 100_000 };
  const { key } = await createKey(app.db, given, { by: "operator", because: "a test" });
  let busy = 0;
  /** Asks again while the app has too much to do, as docs/api.md says. */
  const post = async (): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/api/emails`, {
      method: "POST",
      headers: {
        Authorization: `Bearer ${key}`,
        "Content-Type": "application/json",
        "Idempotency-Key": "17",
      },
      body: JSON.stringify({
        template: "verify-email",
        to: "sam@example.com",
        props: { url: "https://app.example.com", expiresInMinutes: 60 },
      }),
    });
    const answer = (await response.json()) as { id?: string };
    if (response.status === 503) {
      busy++;
      return post();
    }
    return { status: response.status, ...answer };
  };
  const answers = await Promise.all(Array.from({ length: 1_000 }, post));
  const [{ id }] = await app.db.message.findMany({ select: { id: true } }).then((rows) => {
    expect(rows).toHaveLength(1);
    return rows as [{ id: string }];
  });
  expect(new Set(answers.map((each) => JSON.stringify(each)))).toEqual(
    new Set([JSON.stringify({ status: 202, id })]),
  );
  // Only to see it in the report of a failure.
  expect(busy).toBeLessThan(100_000);
}, 300_000);
