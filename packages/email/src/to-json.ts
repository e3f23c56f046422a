/** Replaces what a PostgreSQL text cannot contain: NUL, and half of a surrogate pair. */
export function clean(text: string): string {
  return text.replaceAll(/[\0\p{Surrogate}]/gu, "\ufffd");
}

/** JSON that PostgreSQL accepts: one row that it refused would make the whole statement fail. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return clean(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [clean(key), inner]));
  });
}
