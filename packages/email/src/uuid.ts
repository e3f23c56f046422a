import { randomUUID } from "node:crypto";

/** An id by RFC 9562 section 5.7. Ids that increase keep the primary key's index compact. */
export function uuidv7(): string {
  // The random part of a version 4 serves a version 7, and is faster than randomBytes.
  return format(Date.now(), randomUUID().slice(15));
}

/** An id that sorts before every id of that time or later: the first of a range of ids. */
export function firstUuidAt(time: Date): string {
  return format(Math.max(0, time.getTime()), "000-8000-000000000000");
}

/** @param rest what follows the version's digit */
function format(time: number, rest: string): string {
  const hex = time.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${rest}`;
}

/** Whether PostgreSQL accepts a text as an id. */
export function isUuid(text: string): boolean {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
