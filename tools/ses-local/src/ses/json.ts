import { z } from "zod";
import { badRequest, SesError } from "./error.ts";

/** A JSON object. */
export type Json = Record<string, unknown>;

/** A member that may be missing, or null. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** An object, or {} if it is missing. */
export const objectOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.preprocess((value) => value ?? {}, z.object(shape));

/** An array, or [] if it is missing. */
export const arrayOf = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => value ?? [], z.array(schema));

/**
 * Reads a request, or a part of it.
 *
 * @throws SesError in SES's words: SerializationException for a wrong type, otherwise
 *   BadRequestException. It names the first fault
 */
export function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const { data, error } = schema.safeParse(input, { reportInput: true });
  const [issue] = error?.issues ?? [];
  if (!issue) return data as z.output<Schema>;
  const names = issue.path.filter((key) => typeof key === "string");
  // SES writes `content.simple.subject.data`.
  const path = names.map((name) => name.slice(0, 1).toLowerCase() + name.slice(1)).join(".");
  if (typeof issue.path.at(-1) === "string" && issue.input == null) throw missing(path);
  if (issue.code === "invalid_type") {
    const name = names.at(-1) ?? "The request body";
    throw new SesError("SerializationException", `${name} has an unexpected type.`);
  }
  throw issue.code === "too_big" || issue.code === "too_small"
    ? constraint(path, issue.message)
    : badRequest(issue.message);
}

const missing = (path: string) =>
  badRequest(
    `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );

export const constraint = (path: string, message: string) =>
  badRequest(
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${message}`,
  );
