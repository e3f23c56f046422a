import type { Answer } from "@repo/measure/site";

// Headers with random values of a fixed length. An error's ETag depends on its request id.
const RANDOM = new Set(["x-request-id", "date", "etag"]);

/**
 * Everything that a stranger sees of an answer except its time: status, headers in order, body.
 * Random values are replaced by their length, so that equal answers have equal descriptions.
 */
export function describeAnswer({ status, headers, body }: Answer): string {
  const lines = headers.map(([name, value]) => `${name}: ${withoutRandom(name, value)}`);
  // An error contains its request id.
  const id = headers.find(([name]) => name === "x-request-id")?.[1];
  return [status, ...lines, "", id ? body.replaceAll(id, "the request") : body].join("\n");
}

function withoutRandom(name: string, value: string): string {
  if (RANDOM.has(name)) return `${value.length} characters`;
  if (name !== "set-cookie") return value;
  return value
    .replace(/=([^;]*)/, (_, random: string) => `=${random.length} characters`)
    .replace(/Expires=([^;]*)/, (_, date: string) => `Expires=${date.length} characters`);
}
