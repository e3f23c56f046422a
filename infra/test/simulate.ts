// What IAM decides, by a simulator.
import { type Simulation, runSimulation } from "@cloud-copilot/iam-simulate";
import { ACCOUNT } from "./aws.ts";

export type Policies = Simulation["identityPolicies"];
export type Document = Policies[number]["policy"];

/** @returns `Allowed`, `ImplicitlyDenied` or `ExplicitlyDenied` */
export async function decide(request: {
  principal: string;
  action: string;
  resource?: string;
  policies?: Policies;
  resourcePolicy?: Document;
  context?: Record<string, string | string[]>;
}): Promise<string> {
  const { resource = "*", resourcePolicy } = request;
  const response = await runSimulation(
    {
      request: {
        action: request.action,
        principal: request.principal,
        resource: { resource, accountId: ACCOUNT },
        contextVariables: request.context ?? {},
      },
      identityPolicies: request.policies ?? [],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy && { resourcePolicy }),
    },
    {},
  );
  if (response.resultType === "error") {
    throw new Error(JSON.stringify({ request, errors: response.errors }, null, 2));
  }
  return response.overallResult;
}
