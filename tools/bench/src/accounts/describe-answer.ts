import type { Answer } from "@repo/measure/site";

// What is another one each time, but of one length. An error's ETag is that of its request's id.
const RANDOM = new Set(["x-request-id", "date", "etag"]);

/**
 * All that a stranger sees of an answer but its time: status, headers in their order, body. Of
 * what is random, its length. Two answers that say the same are described the same.
 */
export function describeAnswer({ status, headers, body }: Answer): string {
  const lines = headers.map(([name, value]) => `${name}: ${withoutRandom(name, value)}`);
  // An error names its request.
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
