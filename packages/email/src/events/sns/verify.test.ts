import { createTestSns } from "@repo/testing/sns";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MAX_ENVELOPE } from "./envelope.ts";
import { createTestStore } from "./test-certificate-store.ts";
import { createSnsVerifier } from "./verify.ts";

const topicArn = "arn:aws:sns:eu-west-1:123456789012:ses-events";
const sns = createTestSns(topicArn);
const fetched: string[] = [];
beforeEach(() => void fetched.splice(0));

/** A verifier whose fetch is counted; each has no certificate yet. */
function verifier(pem = sns.pem, topic = topicArn) {
  return createSnsVerifier({
    topicArn: topic,
    certificates: createTestStore(),
    fetch: async (url) => {
      fetched.push(url.href);
      return pem;
    },
  });
}
const verify = (body: object, pem?: string) => verifier(pem).verify(JSON.stringify(body));

describe.each(["1", "2"] as const)("signature version %s", (version) => {
  it("takes a notification, with a subject and without", async () => {
    for (const subject of [{}, { Subject: "Amazon SES Email Event Notification" }]) {
      const body = sns.notify("line one\nline two", subject, version);
      expect(await verify(body)).toEqual({
        type: "Notification",
        messageId: body["MessageId"],
        topicArn,
        message: "line one\nline two",
        timestamp: new Date(body["Timestamp"]!),
      });
    }
    expect(fetched).toEqual([sns.certificateUrl, sns.certificateUrl]);
  });

  it.each(["SubscriptionConfirmation", "UnsubscribeConfirmation"])(
    "takes a %s, and builds its address itself",
    async (type) => {
      const body = sns.confirmation(type, {}, version);
      const { subscribeUrl } = await verify(body);
      expect(subscribeUrl?.origin).toBe("https://sns.eu-west-1.amazonaws.com");
      expect(Object.fromEntries(subscribeUrl?.searchParams ?? [])).toEqual({
        Action: "ConfirmSubscription",
        TopicArn: topicArn,
        Token: body["Token"],
      });
    },
  );

  it("refuses every signed field that was changed", async () => {
    const bodies = [
      sns.notify("{}", { Subject: "A subject" }, version),
      sns.confirmation("SubscriptionConfirmation", {}, version),
    ];
    for (const body of bodies) {
      for (const name of ["Message", "MessageId", "Subject", "SubscribeURL", "Token"]) {
        if (body[name] === undefined) continue;
        await expect(verify({ ...body, [name]: `${body[name]}1` }), name).rejects.toMatchObject({
          code: "FORGED_SNS_MESSAGE",
          retryable: false,
        });
      }
      const Timestamp = new Date(Date.parse(body["Timestamp"]!) + 1).toISOString();
      await expect(verify({ ...body, Timestamp })).rejects.toThrow("signature is wrong");
    }
    const type = { ...bodies[1], Type: "UnsubscribeConfirmation" };
    await expect(verify(type)).rejects.toThrow("signature is wrong");
    const { Subject: _, ...without } = bodies[0]!;
    await expect(verify(without)).rejects.toThrow("signature is wrong");
  });

  it("refuses the other version's signature, a wrong one, and a text that is no signature", async () => {
    const body = sns.notify("{}", {}, version);
    for (const change of [
      { SignatureVersion: version === "1" ? "2" : "1" },
      { Signature: sns.notify("{}")["Signature"] },
    ]) {
      await expect(verify({ ...body, ...change })).rejects.toMatchObject({
        code: "FORGED_SNS_MESSAGE",
      });
    }
    for (const Signature of ["", "not base64 \u0000"]) {
      await expect(verify({ ...body, Signature })).rejects.toMatchObject({
        code: "MALFORMED_SNS_MESSAGE",
      });
    }
  });
});

const foreign = "arn:aws:sns:eu-west-1:999999999999:ses-events";
const stranger = createTestSns(foreign);
const HOST = "sns.eu-west-1.amazonaws.com";
const PATH = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";

/** Addresses that a careless parser takes for SNS's. */
const ORIGINS = [
  "https://sns.s3-us-west-2.amazonaws.com",
  "https://sns.s3.amazonaws.com",
  "https://sns.us-east-1.amazonaws.com",
  "https://sns.eu-west-1.amazonaws.com.cn",
  `https://${HOST}.example.com`,
  "https://sns-eu-west-1.amazonaws.com",
  "https://snsxeu-west-1.amazonaws.com",
  "https://example.com/sns.eu-west-1.amazonaws.com",
  `http://${HOST}`,
  `ftp://${HOST}`,
  `HTTPS://${HOST}`,
  `https://${HOST.toUpperCase()}`,
  `//${HOST}`,
  `https://${HOST}@example.com`,
  `https://user@${HOST}`,
  `https://user:password@${HOST}`,
  `https://${HOST}:443`,
  `https://${HOST}:8443`,
  `https://${HOST}.`,
  `https://${HOST}%2eexample.com`,
  `https://${HOST}\\@example.com`,
  `https://example.com\\.${HOST}`,
  `https://example.com#${HOST}`,
  `https://example.com?${HOST}`,
  `https:${HOST}`,
  `https:///${HOST}`,
  ` https://${HOST}`,
  `https://${HOST}\t`,
  `https://\u017fns.eu-west-1.amazonaws.com`,
  "https://[::1]",
  "https://[::ffff:169.254.169.254]",
  "https://[fd00:ec2::254]",
  "https://127.0.0.1",
  "https://169.254.169.254",
  "http://169.254.169.254",
  "https://2852039166",
  "https://localhost",
];

describe("refused before any request", () => {
  afterEach(() => expect(fetched).toEqual([]));

  it("another account's topic, validly signed", async () => {
    for (const body of [
      stranger.notify("{}"),
      stranger.notify("{}", {}, "1"),
      stranger.confirmation("SubscriptionConfirmation"),
      stranger.confirmation("UnsubscribeConfirmation"),
    ]) {
      await expect(verify(body, stranger.pem)).rejects.toMatchObject({
        code: "FOREIGN_TOPIC",
        retryable: false,
      });
    }
  });

  it.each([
    topicArn.toUpperCase(),
    `${topicArn} `,
    `${topicArn}:5be8`,
    topicArn.replace("eu-west-1", "us-east-1"),
    topicArn.replace("arn:aws:", "arn:aws-cn:"),
    "",
  ])("a topic that is nearly ours: %s", async (TopicArn) => {
    const body = sns.notify("{}", { TopicArn });
    await expect(verify(body)).rejects.toMatchObject({ code: "FOREIGN_TOPIC" });
  });

  it.each(ORIGINS)("a certificate and a subscription at %s", async (origin) => {
    const SigningCertURL = origin + PATH;
    for (const body of [
      sns.notify("{}", { SigningCertURL }),
      sns.confirmation("SubscriptionConfirmation", { SigningCertURL }),
      sns.confirmation("SubscriptionConfirmation", { SubscribeURL: `${origin}/?Action=Confirm` }),
      sns.confirmation("UnsubscribeConfirmation", { SubscribeURL: `${origin}/?Action=Confirm` }),
    ]) {
      await expect(verify(body)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:FORGED|MALFORMED)_SNS_MESSAGE$/),
        retryable: false,
      });
    }
  });

  it.each([
    "/",
    PATH.replace("0123", "012"),
    PATH.replace("abcdef", "ABCDEF"),
    `/x/..${PATH}`,
    `/${PATH}`,
    `${PATH}?x`,
    `${PATH}#x`,
    `${PATH}/`,
    `${PATH}\n`,
    PATH.replace(".pem", "%2epem"),
    PATH.replace(".pem", ".pem.html"),
    "/?Action=ConfirmSubscription",
  ])("a certificate at another path of SNS: %j", async (path) => {
    const body = sns.notify("{}", { SigningCertURL: `https://${HOST}${path}` });
    await expect(verify(body)).rejects.toMatchObject({ code: "FORGED_SNS_MESSAGE" });
  });

  it("metadata's address as SubscribeURL", async () => {
    for (const url of [
      "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
      `https://169.254.169.254/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=1`,
      `https://${HOST}/redirect?to=http://169.254.169.254/`,
    ]) {
      const body = sns.confirmation("SubscriptionConfirmation", { SubscribeURL: url });
      await expect(verify(body)).rejects.toMatchObject({ retryable: false });
    }
  });

  it("JSON that is too large or too deep, quickly", async () => {
    const { verify: check } = verifier();
    const deep = (of: string, by: string) => of.repeat(100_000) + by.repeat(100_000);
    for (const body of [
      JSON.stringify(sns.notify("x".repeat(MAX_ENVELOPE))),
      deep("[", "]"),
      deep('{"a":', "}"),
      `{"Type":"Notification","a":${"[".repeat(9)}${"]".repeat(9)}}`,
      "[".repeat(1_000_000),
      `"${String.raw`\"`.repeat(500_000)}`,
    ]) {
      await expect(check(body)).rejects.toMatchObject({
        code: "MALFORMED_SNS_MESSAGE",
        retryable: false,
      });
    }
  });

  it("a body that is not a message of SNS", async () => {
    const { verify: check } = verifier();
    for (const body of ["", "{", "null", "7", "[]", '"text"', "{}", '{"Type":"Other"}']) {
      await expect(check(body), body).rejects.toMatchObject({ code: "MALFORMED_SNS_MESSAGE" });
    }
    const good = sns.notify("{}");
    for (const Type of ["toString", "__proto__", "notification", "", ["Notification"], null]) {
      await expect(verify({ ...good, Type })).rejects.toThrow("its Type");
    }
    for (const [name, value] of [
      ["Message", undefined],
      ["Message", { a: 1 }],
      ["MessageId", "a\nb"],
      ["MessageId", 7],
      ["Subject", 7],
      ["Timestamp", "yesterday"],
      ["Timestamp", "2026-13-45T99:99:99Z"],
      ["Signature", null],
      ["SignatureVersion", 2],
      ["SignatureVersion", "3"],
      ["SignatureVersion", "01"],
      ["SigningCertURL", [sns.certificateUrl]],
    ] as const) {
      await expect(verify({ ...good, [name]: value }), name).rejects.toThrow(`its ${name} `);
    }
    const confirmation = sns.confirmation("SubscriptionConfirmation");
    for (const Token of ["a&Action=DeleteTopic", "", "a b", undefined]) {
      await expect(verify({ ...confirmation, Token })).rejects.toThrow("its Token");
    }
  });

  it("a message whose signed text could be read in two ways", async () => {
    // The text that was signed is the same; where Message ends and Subject begins is not.
    const message = "a\nMessageId\n7\nSubject\nb";
    const body = sns.notify(message, { MessageId: "7" });
    const moved = { ...body, Message: "a", Subject: "b\nMessageId\n7" };
    await expect(verify(moved)).rejects.toThrow("its Subject");
  });
});

it("ignores unsigned fields: a Token on a notification, and attributes", async () => {
  const unsigned = {
    Token: "abc",
    SubscribeURL: "https://example.com/",
    UnsubscribeURL: "https://example.com/",
    MessageAttributes: { a: { Type: "String", Value: "b" } },
    Unknown: [{ a: [1] }],
  };
  const verified = await verify({ ...sns.notify("{}"), ...unsigned });
  expect(Object.keys(verified).toSorted()).toEqual(
    ["message", "messageId", "timestamp", "topicArn", "type"].toSorted(),
  );
});

it.each([
  ["arn:aws:sns:us-east-1:123456789012:t", "sns.us-east-1.amazonaws.com", "sns.amazonaws.com"],
  [
    "arn:aws:sns:me-south-1:123456789012:t",
    "sns.me-south-1.amazonaws.com",
    "sns-signing.me-south-1.amazonaws.com",
  ],
  [
    "arn:aws-cn:sns:cn-north-1:123456789012:t",
    "sns.cn-north-1.amazonaws.com.cn",
    "sns-cn-north-1.amazonaws.com.cn",
  ],
  [
    "arn:aws-us-gov:sns:us-gov-east-1:123456789012:t",
    "sns.us-gov-east-1.amazonaws.com",
    "sns-us-gov-west-1.amazonaws.com",
  ],
  [
    "arn:aws-eusc:sns:eusc-de-east-1:123456789012:t",
    "sns.eusc-de-east-1.amazonaws.eu",
    "sns.amazonaws.com",
  ],
])(
  "for %s, fetches certificates only from %s, and accepts the name %s",
  async (arn, host, commonName) => {
    const own = createTestSns(arn, { commonName });
    const { verify: check } = verifier(own.pem, arn);
    expect((await check(JSON.stringify(own.notify("{}")))).topicArn).toBe(arn);
    expect(fetched.map((url) => new URL(url).host)).toEqual([host]);
  },
);

it.each([
  "",
  "ses-events",
  "arn:aws:sqs:us-east-1:123456789012:ses-events",
  "arn:aws:sns:us-east-1:123:ses-events",
  "arn:aws:sns:example.com/:123456789012:t",
  "arn:aws:sns:cn-north-1:123456789012:t",
  "arn:aws-cn:sns:us-east-1:123456789012:t",
  "arn:aws:sns:us-gov-west-1:123456789012:t",
  "arn:aws:sns:eusc-de-east-1:123456789012:t",
  "arn:aws-eusc:sns:eu-central-1:123456789012:t",
  "arn:aws:sns:us-east-1:123456789012:t\n",
])("does not start with %j as its topic", (arn) => {
  expect(() => createSnsVerifier({ topicArn: arn, certificates: createTestStore() })).toThrow(
    /SES_EVENTS_TOPIC_ARN/,
  );
});
