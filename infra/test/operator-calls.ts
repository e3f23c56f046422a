// What Pulumi's AWS provider calls for each resource, from preview to destroy: read in its sources
// (terraform-provider-aws, internal/service, by kind of resource).
import { ACCOUNT, REGION } from "./aws.ts";
import type { Values } from "./engine.ts";

export interface Call {
  action: string;
  resource: string;
  context?: Record<string, string | string[]>;
}

export const arn = (service: string, rest: string) =>
  `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;
export const iamArn = (kind: string, name: unknown) =>
  `arn:aws:iam::${ACCOUNT}:${kind}/${String(name)}`;

/** @param names of the actions: `"GetUser DeleteUser"` */
function on(resource: string, service: string, names: string, context?: Call["context"]): Call[] {
  return names.split(" ").map((name) => ({
    action: `${service}:${name}`,
    resource,
    ...(context && { context }),
  }));
}

const TAGS = "ListTagsForResource TagResource UntagResource";
const identityOf = ({ emailIdentity }: Values) => arn("ses", `identity/${String(emailIdentity)}`);
const setOf = ({ configurationSetName }: Values) =>
  arn("ses", `configuration-set/${String(configurationSetName)}`);
// The cases' zone is Z1, the policy's is the example of the documents.
const zoneOf = ({ zoneId }: Values) =>
  `arn:aws:route53:::hostedzone/${zoneId === "Z1" ? "Z0123456789ABCDEFGHIJ" : String(zoneId)}`;

function attach(kind: "User" | "Role", name: unknown, policyArn: unknown): Call[] {
  const principal = iamArn(kind.toLowerCase(), name);
  const context = { "iam:PolicyARN": String(policyArn) };
  return [
    ...on(principal, "iam", `Attach${kind}Policy Detach${kind}Policy`, context),
    ...on(principal, "iam", `ListAttached${kind}Policies`),
  ];
}

/** By kind of resource. */
export const CALLS: Record<string, (inputs: Values, name: string) => Call[]> = {
  EmailIdentity: (inputs) => [
    ...on(identityOf(inputs), "ses", "CreateEmailIdentity GetEmailIdentity DeleteEmailIdentity"),
    ...on(identityOf(inputs), "ses", `PutEmailIdentityDkimSigningAttributes ${TAGS}`),
  ],
  EmailIdentityMailFromAttributes: (inputs) =>
    on(identityOf(inputs), "ses", "PutEmailIdentityMailFromAttributes GetEmailIdentity"),
  EmailIdentityFeedbackAttributes: (inputs) =>
    on(identityOf(inputs), "ses", "PutEmailIdentityFeedbackAttributes GetEmailIdentity"),
  ConfigurationSet: (inputs) => [
    ...on(setOf(inputs), "ses", "CreateConfigurationSet GetConfigurationSet"),
    ...on(setOf(inputs), "ses", `DeleteConfigurationSet ${TAGS}`),
    ...["Delivery", "Reputation", "Sending", "Suppression", "Vdm"].flatMap((what) =>
      on(setOf(inputs), "ses", `PutConfigurationSet${what}Options`),
    ),
  ],
  ConfigurationSetEventDestination: (inputs) => [
    ...["Create", "Update", "Delete"].flatMap((verb) =>
      on(setOf(inputs), "ses", `${verb}ConfigurationSetEventDestination`),
    ),
    ...on(setOf(inputs), "ses", "GetConfigurationSetEventDestinations"),
  ],
  Topic: (_, name) => [
    ...on(arn("sns", name), "sns", "CreateTopic GetTopicAttributes SetTopicAttributes"),
    ...on(arn("sns", name), "sns", `DeleteTopic ${TAGS}`),
  ],
  TopicPolicy: (_, name) => on(arn("sns", name), "sns", "SetTopicAttributes GetTopicAttributes"),
  TopicSubscription: (_, name) => [
    ...on(arn("sns", name), "sns", "Subscribe Unsubscribe ListSubscriptionsByTopic"),
    ...on(arn("sns", name), "sns", "GetSubscriptionAttributes SetSubscriptionAttributes"),
  ],
  Queue: (_, name) => [
    ...on(arn("sqs", name), "sqs", "CreateQueue GetQueueUrl GetQueueAttributes DeleteQueue"),
    ...on(arn("sqs", name), "sqs", "SetQueueAttributes ListQueueTags TagQueue UntagQueue"),
  ],
  QueuePolicy: (_, name) => on(arn("sqs", name), "sqs", "SetQueueAttributes GetQueueAttributes"),
  RedriveAllowPolicy: (_, name) =>
    on(arn("sqs", `${name}-dead-letters`), "sqs", "SetQueueAttributes GetQueueAttributes"),
  MetricAlarm: (_, name) => [
    ...on(arn("cloudwatch", `alarm:${name}`), "cloudwatch", `PutMetricAlarm ${TAGS}`),
    ...on(arn("cloudwatch", `alarm:${name}`), "cloudwatch", "DescribeAlarms DeleteAlarms"),
  ],
  Policy: (_, name) => [
    ...on(iamArn("policy", name), "iam", "CreatePolicy GetPolicy DeletePolicy TagPolicy"),
    ...on(iamArn("policy", name), "iam", "CreatePolicyVersion GetPolicyVersion UntagPolicy"),
    ...on(iamArn("policy", name), "iam", "ListPolicyVersions DeletePolicyVersion"),
  ],
  User: (_, name) => [
    ...on(iamArn("user", name), "iam", "CreateUser GetUser DeleteUser TagUser UntagUser"),
    // These keep a user from being deleted. `forceDestroy` deletes them.
    ...on(iamArn("user", name), "iam", "ListGroupsForUser ListAccessKeys DeleteAccessKey"),
    ...on(iamArn("user", name), "iam", "ListSSHPublicKeys ListMFADevices DeleteLoginProfile"),
    ...on(iamArn("user", name), "iam", "ListSigningCertificates ListServiceSpecificCredentials"),
    ...on("*", "iam", "ListVirtualMFADevices"),
  ],
  AccessKey: ({ user }) => [
    ...on(iamArn("user", user), "iam", "CreateAccessKey ListAccessKeys"),
    ...on(iamArn("user", user), "iam", "UpdateAccessKey DeleteAccessKey"),
  ],
  UserPolicyAttachment: ({ user, policyArn }) => attach("User", user, policyArn),
  Role: (_, name) => [
    ...on(iamArn("role", name), "iam", "CreateRole GetRole DeleteRole TagRole UntagRole"),
    ...on(iamArn("role", name), "iam", "UpdateAssumeRolePolicy ListRolePolicies"),
    ...on(iamArn("role", name), "iam", "ListAttachedRolePolicies ListInstanceProfilesForRole"),
  ],
  RolePolicyAttachment: ({ role, policyArn }) => attach("Role", role, policyArn),
  EventSourceMapping: ({ functionName }) => [
    ...on("*", "lambda", "CreateEventSourceMapping", {
      "lambda:FunctionArn": String(functionName),
    }),
    ...["Get", "Update", "Delete"].flatMap((verb) =>
      on(arn("lambda", "event-source-mapping:7f1c"), "lambda", `${verb}EventSourceMapping`),
    ),
    ...on(
      arn("lambda", "event-source-mapping:7f1c"),
      "lambda",
      "ListTags TagResource UntagResource",
    ),
  ],
  Record: (inputs) => [
    ...on(zoneOf(inputs), "route53", "GetHostedZone ListResourceRecordSets"),
    ...on(zoneOf(inputs), "route53", "ChangeResourceRecordSets", {
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": [String(inputs.name)],
    }),
    ...on("arn:aws:route53:::change/C1", "route53", "GetChange"),
  ],
};
