import type { SessionUser } from "@repo/accounts";

/** What JSON tells of somebody who is logged in. */
export function userJson({ name, email }: SessionUser) {
  return { name, email };
}
