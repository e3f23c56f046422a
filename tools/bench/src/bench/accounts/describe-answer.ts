import type { Answer } from "./web.ts";

// What is another one each time, but of one length. An error's ETag is that of its request's id.
const RANDOM = new Set(["x-request-id", "date", "etag"]);

/**
 * All that a stranger sees of an answer but its time: status, headers in their order, body. Of
 * what is random, its length. Two answers that say the same are described the same.
 */
export function describeAnswer({ status, rawHeaders, body }: Answer): string {
  const headers: string[] = [];
  let said = body;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    const value = rawHeaders[i + 1] ?? "";
    headers.push(`${name}: ${withoutRandom(name.toLowerCase(), value)}`);
    // An error names its request.
    if (name.toLowerCase() === "x-request-id") said = said.replaceAll(value, "the request");
  }
  return [status, ...headers, "", said].join("\n");
}

function withoutRandom(name: string, value: string): string {
  if (RANDOM.has(name)) return `${value.length} characters`;
  if (name !== "set-cookie") return value;
  return value
    .replace(/=([^;]*)/, (_, random: string) => `=${random.length} characters`)
    .replace(/Expires=([^;]*)/, (_, date: string) => `Expires=${date.length} characters`);
}
