import fc from "fast-check";
import { z } from "zod";

/** A JSON schema, as far as an email's props need it. */
interface JsonSchema {
  type?: string;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
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
  return valueOf(json).filter((props) => schema.safeParse(props).success);
}

function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(valueOf));
  const { minimum: min, maximum: max } = schema;
  if (schema.type === "boolean") return fc.boolean();
  if (schema.type === "null") return fc.constant(null);
  if (schema.type === "integer")
    return fc.integer({ ...(min && { min }), ...(max && { max: Math.min(max, 2 ** 31 - 1) }) });
  if (schema.type === "number")
    return fc.double({
      noNaN: true,
      noDefaultInfinity: true,
      ...(min !== undefined && { min }),
      ...(max !== undefined && { max }),
    });
  if (schema.type === "string") return textOf(schema);
  if (schema.type === "array" && schema.items) {
    const { minItems: minLength = 0, maxItems = 5 } = schema;
    return fc.array(valueOf(schema.items), {
      minLength,
      maxLength: Math.max(minLength, Math.min(maxItems, 5)),
    });
  }
  const { properties, required = [] } = schema;
  if (!properties) throw new Error(`A schema of ${schema.type} is new here: add it.`);
  const values = Object.entries(properties).map(([name, property]) => [name, valueOf(property)]);
  return fc.record(Object.fromEntries(values) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required,
  });
}

function textOf({ format, pattern, minLength = 0, maxLength = 500 }: JsonSchema) {
  if (format === "uri") return address;
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return text.map((made) => made.padEnd(minLength, "x").slice(0, maxLength));
}

const text = fc
  .array(fc.oneof(fc.string({ unit: "binary" }), fc.lorem(), fc.constantFrom(...HOSTILE)), {
    maxLength: 3,
  })
  .map((parts) => parts.join(""));
const address = fc
  .tuple(fc.webUrl({ validSchemes: ["http", "https"] }), text)
  .map(([url, query]) => `${url}?${query}`);
