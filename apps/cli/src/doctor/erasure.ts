import { randomUUID } from "node:crypto";
import { DeleteSuppressedDestinationCommand } from "@aws-sdk/client-sesv2";
import type { Clients } from "./clients.ts";
import { type Finding, ok, warning } from "./finding.ts";
import { addGrant, isDenied, isMissing, refused } from "./refused.ts";

const ACTION = "ses:DeleteSuppressedDestination";

/**
 * Whether the credentials may remove the address of a deleted account from SES's own suppression
 * list, as the worker does. It tries an address that cannot be on the list, so it changes nothing.
 */
export async function checkErasure({ ses }: Pick<Clients, "ses">): Promise<Finding[]> {
  const EmailAddress = `doctor-${randomUUID()}@example.com`;
  try {
    await ses.send(new DeleteSuppressedDestinationCommand({ EmailAddress }));
  } catch (error) {
    if (isDenied(error)) {
      const found = `the credentials lack ${ACTION}: a deleted account stays on SES's own list`;
      const next = `Allow the worker's credentials ${ACTION}. ${addGrant("erasure")}`;
      return [warning("erasure", found, next)];
    }
    if (!isMissing(error)) return [refused("erasure", ACTION, error)];
  }
  return [ok("erasure", "they may take a deleted account off SES's own list")];
}
