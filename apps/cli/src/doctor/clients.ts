import { SESv2Client } from "@aws-sdk/client-sesv2";
import { SNSClient } from "@aws-sdk/client-sns";
import { SQSClient } from "@aws-sdk/client-sqs";
import { STSClient } from "@aws-sdk/client-sts";
import { proxied } from "@repo/email/deliver";

/** The AWS clients of the checks. Each call is made once, and ends after some seconds. */
export interface Clients {
  region: string;
  sts: STSClient;
  ses: SESv2Client;
  sns: SNSClient;
  sqs: SQSClient;
  /** SES in another region. */
  sesIn: (region: string) => SESv2Client;
  close(): void;
}

// In ms.
const CONNECT = 2_000;
const ANSWER = 5_000;

/**
 * Credentials, and endpoints if none are given, come from the SDK's own chain.
 *
 * @param options.endpoint the address that all services are asked at
 * @param options.answer ms until a call ends without an answer. Default: 5,000.
 */
export function createClients(
  region: string,
  options: { endpoint?: string; answer?: number } = {},
): Clients {
  const { endpoint, answer = ANSWER } = options;
  const config = (where: string) => ({
    region: where,
    maxAttempts: 1,
    ...(endpoint !== undefined && { endpoint }),
    requestHandler: {
      ...proxied(),
      connectionTimeout: CONNECT,
      requestTimeout: answer,
      throwOnRequestTimeout: true,
      socketTimeout: answer,
    },
  });
  const others: SESv2Client[] = [];
  const clients = {
    sts: new STSClient(config(region)),
    ses: new SESv2Client(config(region)),
    sns: new SNSClient(config(region)),
    sqs: new SQSClient(config(region)),
  };
  return {
    region,
    ...clients,
    sesIn: (another) => {
      const client = new SESv2Client(config(another));
      others.push(client);
      return client;
    },
    close() {
      for (const client of [...Object.values(clients), ...others]) client.destroy();
    },
  };
}
