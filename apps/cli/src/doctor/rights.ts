import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import { type Finding, ok, warning } from "./finding.ts";
import { isDenied } from "./refused.ts";

/**
 * Whether the credentials may do more than the app needs. It tries one call that changes nothing
 * and that no policy of infra allows. IAM's own answer, SimulatePrincipalPolicy, would need another
 * SDK and a right that no app should have.
 */
export async function checkRights({ sqs }: Pick<Clients, "sqs">): Promise<Finding[]> {
  try {
    await sqs.send(new ListQueuesCommand({ MaxResults: 1 }));
  } catch (error) {
    // Any other error says nothing about rights.
    return isDenied(error) ? [ok("rights", "they may not list the account's queues")] : [];
  }
  const found = "more than the app needs: they may list every queue of the account";
  const next = "Run web and the worker with the user or role of infra: pnpm aws:env";
  return [warning("rights", found, next)];
}
