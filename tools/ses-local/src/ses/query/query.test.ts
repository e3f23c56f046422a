import { afterAll, expect, test } from "vitest";
import { startOwn } from "../../testing/start.ts";

const ses = await startOwn();
afterAll(() => ses.stop());

const signed =
  "AWS4-HMAC-SHA256 Credential=local/20300101/eu-west-1/ses/aws4_request, SignedHeaders=host, Signature=0";

/** Sends an action as the SDKs do. */
async function call(params: Record<string, string>, headers = { Authorization: signed }) {
  const response = await fetch(`${ses.url}/`, {
    method: "POST",
    headers,
    body: new URLSearchParams({ Version: "2010-12-01", ...params }),
  });
  expect(response.headers.get("content-type")).toMatch(/^text\/xml/);
  const xml = await response.text();
  const member = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(xml)?.[1];
  return { status: response.status, xml, member };
}

const simple = {
  Action: "SendEmail",
  Source: "Shop <hello@example.com>",
  "Destination.ToAddresses.member.1": "sam@example.org",
  "Destination.ToAddresses.member.2": "kim@example.org",
  "Destination.CcAddresses.member.1": "cc@example.org",
  "Message.Subject.Data": "Größe & <Preis>",
  "Message.Body.Text.Data": "Hello",
  "Message.Body.Html.Data": "<p>Hello</p>",
};

test("should put SendEmail into the same inbox, with set, tags and reply address", async () => {
  const { status, xml, member } = await call({
    ...simple,
    "ReplyToAddresses.member.1": "help@example.com",
    ConfigurationSetName: "any-set",
    "Tags.member.1.Name": "message-id",
    "Tags.member.1.Value": "m-1",
    "Tags.member.2.Name": "template",
    "Tags.member.2.Value": "old",
  });
  expect(status).toBe(200);
  const [message] = await ses.inbox({ template: "old" });
  expect(message).toMatchObject({
    from: "Shop <hello@example.com>",
    to: ["sam@example.org", "kim@example.org"],
    cc: ["cc@example.org"],
    subject: "Größe & <Preis>",
    text: "Hello",
    html: "<p>Hello</p>",
    tags: { "message-id": "m-1", template: "old" },
    configurationSet: "any-set",
    via: "api",
  });
  expect(message?.headers["reply-to"]).toContain("help@example.com");
  expect(xml).toContain(
    '<SendEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">\n  <SendEmailResult>',
  );
  expect(member("MessageId")).toBe(message?.messageId);
  expect(member("RequestId")).toMatch(/^[\da-f-]{36}$/);
});

test("should put SendRawEmail into the same inbox, to the envelope or to the header", async () => {
  const raw = (to: string) =>
    Buffer.from(`From: hello@example.com\r\nTo: ${to}\r\nSubject: Raw\r\n\r\nHi\r\n`);
  const data = (to: string) => ({
    Action: "SendRawEmail",
    "RawMessage.Data": raw(to).toString("base64"),
  });
  await call(data("header@example.org"));
  await call({ ...data("header2@example.org"), "Destinations.member.1": "envelope@example.org" });
  expect(await ses.inbox({ to: "header@example.org" })).toHaveLength(1);
  expect(await ses.inbox({ to: "envelope@example.org" })).toHaveLength(1);
  expect(await ses.inbox({ to: "header2@example.org" })).toEqual([]);
});

test("should answer GetSendQuota", async () => {
  await ses.control({ account: { maxSendRate: 14, max24HourSend: 200, sentLast24Hours: 7 } });
  const { status, member } = await call({ Action: "GetSendQuota" });
  await ses.reset();
  expect(status).toBe(200);
  const quota = ["Max24HourSend", "MaxSendRate", "SentLast24Hours"].map((name) => member(name));
  expect(quota.map(Number)).toEqual([200, 14, 7]);
});

test.each([
  ["an unknown action", { Action: "SendBounce" }, 400, "InvalidAction"],
  ["no action", {}, 400, "InvalidAction"],
  ["another version", { ...simple, Version: "2012-11-05" }, 400, "InvalidAction"],
  ["no sender", { Action: "SendEmail" }, 400, "ValidationError"],
  ["no subject", { ...simple, "Message.Subject.Data": undefined }, 400, "ValidationError"],
  ["an unverified sender", { ...simple, Source: "eve@example.net" }, 400, "MessageRejected"],
  ["a malformed address", { ...simple, Source: "<&>" }, 400, "InvalidParameterValue"],
  [
    "a malformed set",
    { ...simple, ConfigurationSetName: "a b" },
    400,
    "ConfigurationSetDoesNotExist",
  ],
])("should refuse %s in SES's XML", async (_, params, status, code) => {
  const given = Object.entries(params).filter(([, value]) => value !== undefined);
  const answer = await call(Object.fromEntries(given) as Record<string, string>);
  expect({ status: answer.status, code: answer.member("Code") }).toEqual({ status, code });
  expect(answer.member("Type")).toBe("Sender");
  expect(answer.xml).toMatch(
    /^<ErrorResponse xmlns="http:\/\/ses\.amazonaws\.com\/doc\/2010-12-01\/">/,
  );
  expect(answer.member("Message")).not.toMatch(/[<]|&(?!amp;|lt;|gt;)/);
});

test("should refuse a request without credentials", async () => {
  const { status, member } = await call(simple, {} as { Authorization: string });
  expect({ status, code: member("Code") }).toEqual({
    status: 403,
    code: "MissingAuthenticationToken",
  });
});

test.each([
  ["throttle", 400, "Throttling"],
  ["paused", 400, "AccountSendingPausedException"],
  ["access-denied", 403, "AccessDenied"],
  ["unavailable", 503, "ServiceUnavailable"],
  ["error-after-accept", 500, "InternalFailure"],
] as const)("should have the fault %s", async (fault, status, code) => {
  await ses.control({ faults: [{ fault }] });
  const answer = await call(simple);
  await ses.reset();
  expect({ status: answer.status, code: answer.member("Code") }).toEqual({ status, code });
  expect(answer.member("Type")).toBe(status < 500 ? "Sender" : "Receiver");
});
