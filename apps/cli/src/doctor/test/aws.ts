import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

interface Failure {
  error: string;
  message?: string;
  status?: number;
}

/** What AWS answers: the output of the call, an error by its name, or nothing at all. */
type Answer = Record<string, unknown> | Failure | "silence";

/**
 * What AWS answers to each action of IAM. The key names the region too if it is another one:
 * `ses:GetEmailIdentity us-east-1`.
 */
export type Answers = Record<string, Answer | ((subject: string, accessKey: string) => Answer)>;

// By the method and the path.
const SES: [RegExp, string][] = [
  [/^\w+ \/v2\/email\/account$/, "ses:GetAccount"],
  [/^\w+ \/v2\/email\/account\/details$/, "ses:PutAccountDetails"],
  [/^\w+ \/v2\/email\/account\/pricing-attributes$/, "ses:PutAccountPricingAttributes"],
  [/^\w+ \/v2\/email\/identities\/([^/]+)$/, "ses:GetEmailIdentity"],
  [/^\w+ \/v2\/email\/configuration-sets\/([^/]+)$/, "ses:GetConfigurationSet"],
  [
    /^\w+ \/v2\/email\/configuration-sets\/([^/]+)\/event-destinations$/,
    "ses:GetConfigurationSetEventDestinations",
  ],
  [/^GET \/v2\/email\/suppression\/addresses\/([^/]+)$/, "ses:GetSuppressedDestination"],
  [/^DELETE \/v2\/email\/suppression\/addresses\/([^/]+)$/, "ses:DeleteSuppressedDestination"],
];

/** SES, SNS, SQS and STS at one address, in the shapes that the SDK parses. */
export async function startAws(answers: () => Answers) {
  const server = createServer((req, res) => void answer(req, res, answers()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(req: IncomingMessage, res: ServerResponse, answers: Answers): Promise<void> {
  const body = await text(req);
  const { action, subject } = read(req, body);
  const [, accessKey = "", region] =
    /Credential=([^/]+)\/\d+\/([\w-]+)\//.exec(req.headers.authorization ?? "") ?? [];
  const found = answers[`${action} ${region}`] ?? answers[action] ?? answers["*"];
  const given =
    typeof found === "function" ? found(subject, accessKey) : (found ?? { error: "NoFixture" });
  if (given === "silence") return;
  const [service, name = ""] = action.split(":");
  const isXml = service === "sts" || service === "sns";
  const { error, status = error ? 400 : 200 } = given as Partial<Failure>;
  res.writeHead(status, {
    "content-type": isXml ? "text/xml" : "application/json",
    ...(error && !isXml && { "x-amzn-errortype": error }),
  });
  res.end(isXml ? toXml(name, given) : toJson(given));
}

function read(req: IncomingMessage, body: string): { action: string; subject: string } {
  const target = req.headers["x-amz-target"];
  if (typeof target === "string") {
    const { QueueUrl } = JSON.parse(body) as { QueueUrl: string };
    return { action: `sqs:${target.split(".")[1]}`, subject: QueueUrl };
  }
  const path = `${req.method} ${req.url?.split("?")[0]}`;
  for (const [pattern, action] of SES) {
    const match = pattern.exec(path);
    // What the call is about is in its address, or else in its body.
    if (match) return { action, subject: match[1] ? decodeURIComponent(match[1]) : body };
  }
  const form = new URLSearchParams(body);
  const action = form.get("Action") ?? "";
  const service = action === "GetCallerIdentity" ? "sts" : "sns";
  return { action: `${service}:${action}`, subject: form.get("SubscriptionArn") ?? "" };
}

/** In AWS's JSON protocol. */
function toJson(given: object): string {
  const { error, message } = given as Failure;
  return JSON.stringify(error ? { __type: `com.amazonaws#${error}`, message } : given);
}

/** In AWS's query protocol. */
function toXml(action: string, given: object): string {
  const { error, message = "" } = given as Failure;
  return error
    ? `<ErrorResponse><Error><Type>Sender</Type><Code>${error}</Code><Message>${escape(message)}</Message></Error><RequestId>1</RequestId></ErrorResponse>`
    : `<${action}Response><${action}Result>${xml(given)}</${action}Result></${action}Response>`;
}

/** Lists become `member`, and `Attributes` become `entry`, as in AWS's query protocol. */
function xml(value: unknown, isMap = false): string {
  if (Array.isArray(value)) return value.map((one) => `<member>${xml(one)}</member>`).join("");
  if (typeof value !== "object" || value === null) return escape(String(value));
  return Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([name, one]) =>
      isMap
        ? `<entry><key>${name}</key><value>${xml(one)}</value></entry>`
        : `<${name}>${xml(one, name === "Attributes")}</${name}>`,
    )
    .join("");
}

const escape = (value: string) => value.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
