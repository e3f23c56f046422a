import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { schemaDrift } from "./drift.ts";

const schema = readFileSync(`${import.meta.dirname}/../prisma/schema.prisma`, "utf8");

test("finds no drift: the committed migrations make the schema", async () => {
  expect(await schemaDrift()).toBeUndefined();
});

test("answers a change without a migration with the SQL that is missing", async () => {
  const changed = schema.replace("model User {", "model User {\n  fieldOfThisTest String?");
  expect(await schemaDrift(changed)).toContain(
    'ALTER TABLE "users" ADD COLUMN     "fieldOfThisTest" TEXT',
  );
});
