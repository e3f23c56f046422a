import { randomUUID } from "node:crypto";

/** RFC 9562 section 5.7: ids in the order of their making keep the primary key's index compact. */
export function uuidv7(): string {
  // What is random in a version 4 is so in a version 7: twenty times faster than randomBytes.
  return format(Date.now(), randomUUID().slice(15));
}

/** Sorts before every id made at that time or later: a bound in time is one of the primary key. */
export function firstUuidAt(time: Date): string {
  return format(Math.max(0, time.getTime()), "000-8000-000000000000");
}

/** @param rest what follows the version's digit */
function format(time: number, rest: string): string {
  const hex = time.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${rest}`;
}

/** Whether PostgreSQL reads it as an id. */
export function isUuid(text: string): boolean {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
