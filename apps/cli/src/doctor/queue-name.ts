/** `https://sqs.eu-west-1.amazonaws.com/123456789012/name` → the ARN of this queue. */
export function queueArn(url: string, topic: string): string {
  const [account, name] = new URL(url).pathname.split("/").slice(-2);
  const [, partition, , region] = topic.split(":");
  return `arn:${partition}:sqs:${region}:${account}:${name}`;
}

/** The address of a queue, by its ARN. */
export function queueUrl(arn: string): string {
  const [, , , region, account, name] = arn.split(":");
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}
