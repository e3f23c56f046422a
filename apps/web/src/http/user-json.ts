import type { SessionUser } from "../accounts/sessions.ts";

/** What JSON tells of somebody who is logged in. */
export function userJson({ name, email }: SessionUser) {
  return { name, email };
}
