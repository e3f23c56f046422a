import { randomBytes } from "node:crypto";

/** RFC 9562 section 5.7: ids in the order of their making keep the primary key's index compact. */
export function uuidv7(): string {
  return format(Date.now(), randomBytes(10));
}

/** Sorts before every id made at that time or later: a bound in time is one of the primary key. */
export function firstUuidAt(time: Date): string {
  return format(Math.max(0, time.getTime()), Buffer.alloc(10));
}

function format(time: number, rest: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(time, 0, 6);
  bytes.set(rest, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1])).join("-");
}

/** Whether PostgreSQL reads it as an id. */
export function isUuid(text: string): boolean {
  return /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text);
}
