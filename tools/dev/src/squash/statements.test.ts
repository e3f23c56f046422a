import { expect, test } from "vitest";
import { rulesOf, write } from "./statements.ts";

test("keeps the last form of each rule, with its comment, and leaves tables to Prisma", () => {
  const first = `
-- A table.
CREATE TABLE "a" ("id" INT);
-- Few rows.
CREATE INDEX a_some ON a (id) WHERE id > 0;
ALTER TABLE a
  ADD CONSTRAINT one CHECK (id IN (1, 2)),
  ADD CONSTRAINT two CHECK (note <> ';,');
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEW; -- first
END $$;
INSERT INTO a (id) VALUES (1);
`;
  const second = `
-- Not any more.
ALTER TABLE a DROP CONSTRAINT one, ADD COLUMN b INT,
  ADD CONSTRAINT one CHECK (id = 1);

CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN OLD;
END $$;
`;
  const rules = rulesOf([first, second]);
  expect(write(rules)).toBe(`-- Few rows.
CREATE INDEX a_some ON a (id) WHERE id > 0;

ALTER TABLE a
  ADD CONSTRAINT two CHECK (note <> ';,');
INSERT INTO a (id) VALUES (1);

-- Not any more.
ALTER TABLE a
  ADD CONSTRAINT one CHECK (id = 1);

CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN OLD;
END $$;
`);
});
