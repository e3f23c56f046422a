import type { SessionUser } from "@repo/accounts";

/** The logged-in user, as JSON answers show it. */
export function userJson({ name, email }: SessionUser) {
  return { name, email };
}
