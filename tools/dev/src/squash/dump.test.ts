import { expect, test } from "vitest";
import { differences, objectsIn } from "./dump.ts";

const dumped = (columns: string[], check: string, row: string) => `
\\restrict ${Math.random()}
CREATE TABLE public.a (
${columns.map((column) => `    ${column}`).join(",\n")},
    CONSTRAINT good CHECK (${check})
);
CREATE INDEX a_some ON public.a USING btree (id);
${row}
`;
const before = dumped(
  ["id integer", "at timestamp"],
  "id > 0",
  "INSERT INTO public.a (id, at) VALUES (1, '2026-11-30 00:00:00');",
);

test("the order of columns and the time of a row are no difference", () => {
  const after = dumped(
    ["at timestamp", "id integer"],
    "id > 0",
    "INSERT INTO public.a (at, id) VALUES ('2026-12-01 00:00:00', 1);",
  );
  expect(differences(before, after)).toEqual([]);
});

test("another check, a missing column and a missing row are differences", () => {
  expect(differences(before, dumped(["id integer"], "id > 1", ""))).toEqual([
    "- CREATE TABLE public.a (    at timestamp",
    "- CREATE TABLE public.a (    CONSTRAINT good CHECK (id > 0)",
    "- public.a: at = a time, id = 1",
    "+ CREATE TABLE public.a (    CONSTRAINT good CHECK (id > 1)",
  ]);
});

test("finds what Prisma's schema cannot say", () => {
  expect([...objectsIn(before)]).toEqual(["index a_some", "constraint good"]);
});
