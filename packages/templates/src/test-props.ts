import { anyCharacter } from "@repo/testing/any-character";
import fc from "fast-check";
import { z } from "zod";

/** A JSON schema, as far as an email's props need it. */
interface JsonSchema {
  type?: string | string[];
  oneOf?: JsonSchema[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | false;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
}

/** More lines find nothing new. */
const MAX_LINES = 5;
// fast-check would try for ever, and a test's time limit cannot end that.
const MAX_REFUSED = 2_000;
const HOSTILE = [
  '"><script>alert(1)</script>',
  "</title></style><!--",
  "&amp;&nbsp;&#0;&copy;",
  " \r\n\t\u2028\u00a0 ",
  "\u0000\u202e\ud800",
  "[case](https://evil.example)",
  "עברית العربية 👩‍👩‍👧",
  "https://example.com/?a=b&c=d#e",
];

/** Makes props that fit a schema, from the schema. Texts are hostile, and their places are random. */
export function propsOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const json = z.toJSONSchema(schema, { io: "input" }) as JsonSchema;
  // The JSON schema lacks what a `refine` asks for.
  let refused = 0;
  return valueOf(json).filter((props) => {
    if (schema.safeParse(props).success) return true;
    refused++;
    if (refused <= MAX_REFUSED) return false;
    throw new Error(
      `The schema has refused ${MAX_REFUSED} random props, perhaps by a refine or a pattern with flags. Write it with what JSON Schema knows, such as z.enum, min and max; or make such props in packages/templates/src/test-props.ts.`,
    );
  });
}

function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map(valueOf));
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type) => valueOf({ ...schema, type })));
  }
  const make = BY_TYPE[schema.type ?? ""];
  if (make) return make(schema);
  throw new Error(
    `There is no way yet to make such a prop: ${JSON.stringify(schema)}. Add it to packages/templates/src/test-props.ts.`,
  );
}

const BY_TYPE: Record<string, (schema: JsonSchema) => fc.Arbitrary<unknown>> = {
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
  string: ({ format, pattern, minLength = 0, maxLength = 500 }) => {
    if (format === "uri") return address;
    if (format === "email") return fc.emailAddress();
    if (pattern) return fc.stringMatching(new RegExp(pattern));
    return text.map((made) => made.padEnd(minLength, "x").slice(0, maxLength));
  },
  integer: ({ minimum: min = -(2 ** 31), maximum: max = 2 ** 31 - 1 }) =>
    fc.integer({ min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) }),
  number: ({ minimum: min = -Number.MAX_VALUE, maximum: max = Number.MAX_VALUE, multipleOf }) =>
    multipleOf === undefined
      ? fc.double({ noNaN: true, min, max })
      : fc.nat(100_000).map((count) => count * multipleOf),
  array: ({ items, minItems: minLength = 0, maxItems = MAX_LINES }) =>
    fc.array(valueOf(items ?? {}), {
      minLength,
      maxLength: Math.max(minLength, Math.min(maxItems, MAX_LINES)),
    }),
  object: ({ properties, required = [], additionalProperties }) => {
    if (!properties) return fc.dictionary(text, valueOf(additionalProperties || {}));
    const values = Object.entries(properties).map(([name, value]) => [name, valueOf(value)]);
    const model = Object.fromEntries(values) as Record<string, fc.Arbitrary<unknown>>;
    return fc.record(model, { requiredKeys: required });
  },
};

const anyText = fc.string({ unit: anyCharacter });
const text = fc
  .array(fc.oneof(anyText, fc.lorem(), fc.constantFrom(...HOSTILE)), { maxLength: 3 })
  .map((parts) => parts.join(""));
// Not fc.webUrl, which makes fast-check's own table of all characters.
const segments = fc.array(anyText.map(encodeURIComponent));
const address = fc
  .tuple(fc.constantFrom("http", "https"), fc.domain(), segments, text)
  .map(([scheme, host, path, query]) => `${scheme}://${host}/${path.join("/")}?${query}`);
