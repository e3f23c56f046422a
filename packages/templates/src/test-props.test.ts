import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import { propsOf } from "./test-props.ts";

it.each([
  ["text or null", z.string().nullable()],
  ["text or a number", z.union([z.string(), z.number()])],
  [
    "one of several kinds",
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("a"), a: z.string() }),
      z.object({ kind: z.literal("b"), b: z.number() }),
    ]),
  ],
])("should make props of %s", (_, prop) => {
  const schema = z.object({ prop });
  for (const props of fc.sample(propsOf(schema), 20))
    expect(() => schema.parse(props)).not.toThrow();
});

it("should end, and say what to do, if random props never fit", () => {
  const currency = z.string().refine((text) => text === "EUR");
  expect(() => fc.sample(propsOf(z.object({ currency })), 1)).toThrow(/test-props\.ts/);
});
