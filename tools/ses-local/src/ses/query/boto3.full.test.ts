import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SesLocal, startSesLocal } from "../../client.ts";

const run = promisify(execFile);
const python = (code: string) => run("python3", ["-I", "-c", code]);

let ses: SesLocal;
beforeAll(async () => {
  ses = await startSesLocal();
});
afterAll(() => ses.stop());

// boto3 parses the answers by SES's own description of the API.
const PROGRAM = `
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ses = boto3.client("ses", endpoint_url="URL", region_name="us-east-1",
    aws_access_key_id="local", aws_secret_access_key="local",
    config=Config(retries={"total_max_attempts": 1}))
message = {"Subject": {"Data": "Größe"}, "Body": {"Text": {"Data": "Hi"}}}
to = {"ToAddresses": ["sam@example.org"], "BccAddresses": ["bcc@example.org"]}
sent = ses.send_email(Source="hello@example.com", Destination=to, Message=message,
    Tags=[{"Name": "template", "Value": "boto3"}], ConfigurationSetName="any-set")
print(sent["MessageId"])
raw = b"From: hello@example.com\\r\\nTo: raw@example.org\\r\\nSubject: Raw\\r\\n\\r\\nHi\\r\\n"
print(ses.send_raw_email(RawMessage={"Data": raw})["MessageId"])
print(ses.get_send_quota()["Max24HourSend"])
try:
    ses.send_email(Source="eve@example.net", Destination=to, Message=message)
except ses.exceptions.MessageRejected as error:
    print(error.response["Error"]["Message"])
try:
    ses.list_identities()
except ClientError as error:
    print(error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"])
`;

test("should answer boto3 as SES does", async (context) => {
  const found = await python("import boto3").catch(() => undefined);
  if (!found) context.skip("python3 with boto3 is not on this machine");
  const { stdout } = await python(PROGRAM.replace("URL", ses.url));
  const [first, second, quota, rejected, unknown] = stdout.split("\n");
  expect(await ses.inbox({ template: "boto3" })).toMatchObject([
    { messageId: first, subject: "Größe", to: ["sam@example.org"], bcc: ["bcc@example.org"] },
  ]);
  expect(await ses.inbox({ to: "raw@example.org" })).toMatchObject([{ messageId: second }]);
  expect(Number(quota)).toBe(50_000);
  expect(rejected).toMatch(/^Email address is not verified\. .* US-EAST-1: eve@example\.net$/);
  expect(unknown).toBe("InvalidAction 400");
});
