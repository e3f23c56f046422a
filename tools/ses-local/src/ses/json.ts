import { badRequest, SesError } from "./error.ts";

/** A JSON object of a request, its members not yet checked. */
export type Json = Record<string, unknown>;

const wrongType = (name: string) =>
  new SesError("SerializationException", `${name} has an unexpected type.`);

/** @throws SesError SerializationException where the member is there and no object */
export function object(source: Json, name: string): Json | undefined {
  const value = source[name];
  if (value == null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw wrongType(name);
  return value as Json;
}

/** @throws SesError SerializationException where the member is there and no string */
export function text(source: Json, name: string): string | undefined {
  const value = source[name];
  if (value == null) return undefined;
  if (typeof value !== "string") throw wrongType(name);
  return value;
}

/**
 * @param path the member as SES names it, as in `content.simple.subject.data`
 * @throws SesError BadRequestException where the member is missing
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

/** The member's objects; missing is empty. */
export function objects(source: Json, name: string): Json[] {
  return array(source, name).map((item) => object({ [name]: item }, name) ?? {});
}

/** The member's strings; missing is empty. */
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
