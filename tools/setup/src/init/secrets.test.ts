import { expect, test } from "vitest";
import { missingSecrets } from "./secrets.ts";

const example =
  "PORT=3000\nKEY=development-only-0\nOTHER_KEY=development-only-1\n# SMTP_PASSWORD=\n";

test("every secret that is marked as one for development gets a random value, and no other", () => {
  const secrets = missingSecrets(example, "");
  expect([...secrets.keys()]).toEqual(["KEY", "OTHER_KEY"]);
  for (const secret of secrets.values()) expect(Buffer.from(secret, "base64")).toHaveLength(32);
  expect(new Set(secrets.values()).size).toBe(2);
});

test("a secret that is set stays, because what is stored depends on it", () => {
  expect([...missingSecrets(example, "KEY=mine\nOTHER_KEY=\n").keys()]).toEqual(["OTHER_KEY"]);
});
