import { EmailError } from "../../error.ts";

/** A topic, and what its ARN determines. */
export interface Topic {
  arn: string;
  /** The only host that serves its certificates and confirms its subscriptions. */
  host: string;
  /** Common names that the certificate of its messages may have. */
  signers: string[];
}

const ARN =
  /^arn:(aws|aws-cn|aws-us-gov|aws-eusc):sns:([a-z]{2,4}(?:-[a-z]+)+-\d):\d{12}:[\w-]{1,256}$/;

/** Whether a text is the ARN of an SNS topic whose region belongs to its partition. */
export function isTopicArn(arn: string): boolean {
  return parse(arn) !== undefined;
}

/** @throws EmailError `INVALID_TOPIC_ARN` */
export function parseTopic(arn: string): Topic {
  const topic = parse(arn);
  if (topic) return topic;
  throw new EmailError(
    "INVALID_TOPIC_ARN",
    "This is not the ARN of an SNS topic. Set SES_EVENTS_TOPIC_ARN to the one that SES publishes its events to: arn:aws:sns:us-east-1:123456789012:ses-events.",
  );
}

// Hosts: https://docs.aws.amazon.com/general/latest/gr/sns.html. Names: those that AWS's SDK for
// Java checks (sns-message-manager). Each opt-in region has its own name. The SDK lacks the name of
// the European sovereign cloud; we assume the same pattern.
function parse(arn: string): Topic | undefined {
  const [, partition, region = ""] = ARN.exec(arn) ?? [];
  const home = HOMES.find(({ prefix }) => region.startsWith(prefix));
  if (!home || partition !== home.partition) return undefined;
  return {
    arn,
    host: `sns.${region}.${home.domain}`,
    signers: ["sns.amazonaws.com", home.signer(region)],
  };
}

const HOMES = [
  {
    prefix: "cn-",
    partition: "aws-cn",
    domain: "amazonaws.com.cn",
    signer: (region: string) => `sns-${region}.amazonaws.com.cn`,
  },
  {
    prefix: "us-gov-",
    partition: "aws-us-gov",
    domain: "amazonaws.com",
    signer: () => "sns-us-gov-west-1.amazonaws.com",
  },
  {
    prefix: "eusc-",
    partition: "aws-eusc",
    domain: "amazonaws.eu",
    signer: (region: string) => `sns-signing.${region}.amazonaws.eu`,
  },
  {
    prefix: "",
    partition: "aws",
    domain: "amazonaws.com",
    signer: (region: string) => `sns-signing.${region}.amazonaws.com`,
  },
];
