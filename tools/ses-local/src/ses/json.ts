import { badRequest, SesError } from "./error.ts";

/** A JSON object of a request. Its members are not checked yet. */
export type Json = Record<string, unknown>;

const wrongType = (name: string) =>
  new SesError("SerializationException", `${name} has an unexpected type.`);

/** @throws SesError SerializationException if the member exists and is not an object */
export function object(source: Json, name: string): Json | undefined {
  const value = source[name];
  if (value == null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType(name);
  return value as Json;
}

/** @throws SesError SerializationException if the member exists and is not a string */
export function text(source: Json, name: string): string | undefined {
  const value = source[name];
  if (value == null) return undefined;
  if (typeof value !== "string") throw wrongType(name);
  return value;
}

/**
 * @param path SES's name of the member, for example `content.simple.subject.data`
 * @throws SesError BadRequestException if the member is missing
 */
export function required(source: Json, name: string, path: string): string {
  const value = text(source, name);
  if (value === undefined) {
    throw badRequest(
      `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
    );
  }
  return value;
}

/** The objects of an array. Empty if the member is missing. */
export function objects(source: Json, name: string): Json[] {
  return array(source, name).map((item) => object({ [name]: item }, name) ?? {});
}

/** The strings of an array. Empty if the member is missing. */
export function texts(source: Json, name: string): string[] {
  return array(source, name).map((item) => {
    if (typeof item !== "string") throw wrongType(name);
    return item;
  });
}

function array(source: Json, name: string): unknown[] {
  const value = source[name] ?? [];
  if (!Array.isArray(value)) throw wrongType(name);
  return value;
}

export function constraint(path: string, message: string): SesError {
  return badRequest(
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: ${message}`,
  );
}
