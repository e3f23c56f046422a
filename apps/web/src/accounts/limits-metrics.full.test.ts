import { expect, it, onTestFinished } from "vitest";
import { createMetrics } from "../http/metrics.ts";
import { startTestApp } from "../test-app.ts";

it("counts for the metrics what each limit has granted and refused", async () => {
  const metrics = createMetrics();
  const test = await startTestApp({ metrics, limitScale: 1, until: onTestFinished });
  for (let i = 0; i < 11; i++)
    await test.postJson("/login", { email: "sam@example.com", password: "a wrong password" });
  const text = await metrics.text();
  expect(text).toContain('limit_uses_total{limit="wrongPassword",result="granted"} 10\n');
  expect(text).toContain('limit_uses_total{limit="wrongPassword",result="refused"} 1\n');
  expect(text).toContain('limit_uses_total{limit="client",result="granted"} 11\n');
  expect(text).not.toContain("@");
});
