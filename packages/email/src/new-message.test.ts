import { full } from "@repo/testing/full";
import { expect, it } from "vitest";
import { z } from "zod";
import { keysOf } from "./keys.ts";
import { type NewMessage, createPrepare } from "./new-message.ts";
import { createSealer } from "./seal.ts";
import { templates } from "./test-templates.ts";

const keys = keysOf("a key of the tests, 32 characters");
const prepare = createPrepare({ keys, templates });
const props = { name: "Name", url: "https://app.example.com/verify-email?token=secret" };
type VerifyEmail = NewMessage<typeof templates, "verify-email">;
const verifyEmail = (more: Partial<VerifyEmail> = {}): VerifyEmail => ({
  template: "verify-email",
  to: "name@example.com",
  props,
  ...more,
});
/** The error that `prepare` throws. */
function refusalOf(message: VerifyEmail): unknown {
  try {
    prepare(message);
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

it("refuses props that do not fit, with each path and the reason, and without a value", () => {
  const bad = { name: ["secret"], url: "javascript:alert('secret')", more: "secret" };
  const refused = refusalOf(verifyEmail({ props: bad as unknown as typeof props }));
  expect(refused).toMatchObject({
    code: "INVALID_PROPS",
    message: expect.stringMatching(
      /^(?!.*secret).* schema\. name: .* string, .*array; url: Invalid URL\. See .*schema\.ts\.$/,
    ),
  });
});

it.each<[string, z.ZodType, unknown]>([
  [
    "a text in a list",
    z.object({ list: z.array(z.object({ text: z.string().max(3) })) }),
    { list: [{ text: "secret" }] },
  ],
  ["a choice", z.object({ kind: z.enum(["a", "b"]) }), { kind: "secret" }],
  ["a pattern", z.object({ code: z.string().regex(/^\d+$/) }), { code: "secret" }],
  ["a date", z.object({ on: z.iso.date() }), { on: "secret" }],
  ["a number", z.object({ count: z.int().max(3) }), { count: 1234567 }],
  ["one of two shapes", z.object({ it: z.union([z.number(), z.null()]) }), { it: "secret" }],
])("names the path and the reason, and no value, of %s", (_, schema, given) => {
  const rules = { props: schema, category: "account", onUnknown: "hold", expiry: 60 } as const;
  const prepareIt = createPrepare({ keys, templates: { it: rules } });
  const path =
    /^(?!.*(?:secret|1234567)).* schema\. (?:list\.0\.text|kind|code|on|count|it): [A-Z]/;
  const refused = () => prepareIt({ template: "it", to: "name@example.com", props: given });
  expect(refused).toThrow(path);
});

it("refuses an unknown template", () => {
  for (const template of ["none", "toString", "__proto__"]) {
    const bad = verifyEmail({ template: template as "verify-email" });
    expect(refusalOf(bad)).toMatchObject({ code: "UNKNOWN_TEMPLATE" });
  }
});

it("refuses an invalid time, and an expiry before the time of sending", () => {
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);
  for (const times of [
    { sendAt: new Date("tomorrow") },
    { expiresAt: new Date(NaN) },
    { sendAt: inHours(2), expiresAt: inHours(1) },
    { sendAt: new Date("0000-01-01T00:00:00Z") },
    { expiresAt: new Date("9999-12-31T23:59:59-14:00") },
    // Emails that an operator holds are due 6,800 years later. Others must not look like them.
    { sendAt: new Date("3000-01-01T00:00:00Z") },
  ]) {
    expect(refusalOf(verifyEmail(times))).toMatchObject({ code: "INVALID_TIME" });
  }
});

it.each(["", "k".repeat(257), "a\nb", "a\u0000b", "ä"])(
  "refuses the idempotency key %j",
  (idempotencyKey) => {
    const refused = refusalOf(verifyEmail({ idempotencyKey }));
    expect(refused).toMatchObject({ code: "INVALID_IDEMPOTENCY_KEY" });
  },
);

it("keeps the reader's language with the contents", () => {
  const kept = (locale?: string | null) => {
    const { id, payload } = prepare(verifyEmail({ locale }));
    return createSealer(keys).open(id, payload);
  };
  expect(kept("de-at")).toEqual({ props, locale: "de-AT" });
  expect(kept(null)).toEqual({ props });
  expect(kept()).toEqual({ props });
  for (const locale of ["", "de_AT", "en;q=0.5", "x".repeat(9)]) {
    expect(refusalOf(verifyEmail({ locale }))).toMatchObject({ code: "INVALID_LOCALE" });
  }
});

it("takes an email for the same one after its reader has changed the language", () => {
  const digest = (locale?: string) => prepare(verifyEmail({ idempotencyKey: "1", locale })).digest;
  expect(digest("de")).toEqual(digest());
});

it("encrypts what the caller adds", () => {
  const content = new Uint8Array([0, 255, 1, 2]).subarray(1);
  const { id, payload } = prepare(
    verifyEmail({
      replyTo: "Sam Sample <Sam@Bücher.example>",
      headers: { "X-Order": "order-17" },
      tags: { campaign: "spring" },
      attachments: [
        { filename: "bill.pdf", contentType: "application/pdf", content },
        { filename: "a.txt", contentType: "text/plain", content: "Grüße", contentId: "a@b" },
      ],
    }),
  );
  expect(Buffer.from(payload).toString("latin1")).not.toMatch(/order-17|spring|bill|Sam/);
  expect(createSealer(keys).open(id, payload)).toEqual({
    props,
    replyTo: { name: "Sam Sample", address: "Sam@xn--bcher-kva.example" },
    headers: { "X-Order": "order-17" },
    tags: { campaign: "spring" },
    attachments: [
      { filename: "bill.pdf", contentType: "application/pdf", content: "/wEC" },
      { filename: "a.txt", contentType: "text/plain", content: "R3LDvMOfZQ==", contentId: "a@b" },
    ],
  });
});

it.each([
  "text/calendar; charset=utf-8; method=REQUEST",
  'application/pdf; name="a file.pdf"',
  "text/plain;charset=utf-8",
  "message/rfc822",
])("accepts a file of the type %s", (contentType) => {
  const attachments = [{ filename: "a.txt", contentType, content: "Hello" }];
  const { id, payload } = prepare(verifyEmail({ attachments }));
  expect(createSealer(keys).open(id, payload)).toMatchObject({ attachments: [{ contentType }] });
});

const numbered = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`X-${i}`, "v"]));
const file = { filename: "a.pdf", contentType: "application/pdf", content: "x" };

it.runIf(full)("accepts everything up to the limits of SES", () => {
  const accepted = prepare(
    verifyEmail({
      headers: { ...numbered(8), [`X${"-".repeat(125)}`]: "v".repeat(870), X: "v".repeat(995) },
      tags: { ...numbered(47), ["t".repeat(256)]: "v".repeat(256) },
      attachments: [
        {
          ...file,
          filename: `${"é".repeat(251)}.pdf`,
          content: new Uint8Array(10 * 1024 ** 2 - 49),
        },
        ...Array.from({ length: 49 }, () => file),
      ],
    }),
  );
  expect(accepted.payload.length).toBeGreaterThan(10 * 1024 ** 2);
});

it.each<[string, string, Partial<VerifyEmail>]>([
  ["a bad reply address", "INVALID_ADDRESS", { replyTo: "secret" }],
  ["two reply addresses", "INVALID_NAME", { replyTo: "secret@example.com, B <b@example.com>" }],
  ["a line break in the reply name", "INVALID_NAME", { replyTo: "secret\r\nX: y <a@example.com>" }],
  ["11 headers", "INVALID_HEADER", { headers: numbered(11) }],
  ["a header without a name", "INVALID_HEADER", { headers: { "": "secret" } }],
  ["a header's name with a colon", "INVALID_HEADER", { headers: { "secret:": "v" } }],
  ["a header's name of 127", "INVALID_HEADER", { headers: { ["secret".repeat(22)]: "v" } }],
  ["a header's name beyond ASCII", "INVALID_HEADER", { headers: { "X-sécret": "v" } }],
  ["an empty header", "INVALID_HEADER", { headers: { "X-A": "" } }],
  ["a header of 996", "INVALID_HEADER", { headers: { A: "secret".repeat(166) } }],
  [
    "name and value of 997",
    "INVALID_HEADER",
    { headers: { "X-A": "secret".repeat(166).slice(2) } },
  ],
  ["a line break in a header", "INVALID_HEADER", { headers: { "X-A": "a\r\nBcc: secret" } }],
  ["a header beyond ASCII", "INVALID_HEADER", { headers: { "X-A": "sécret" } }],
  ["a header twice", "INVALID_HEADER", { headers: { "X-A": "secret", "x-a": "secret" } }],
  ...["Subject", "TO", "Bcc", "From", "Reply-To", "Content-Type", "MIME-Version", "Date"].map(
    (name): [string, string, Partial<VerifyEmail>] => [
      `the header ${name}`,
      "INVALID_HEADER",
      { headers: { [name]: "secret" } },
    ],
  ),
  ["our own header", "INVALID_HEADER", { headers: { "x-message-ID": "secret" } }],
  ["the header of redirected mail", "INVALID_HEADER", { headers: { "X-Original-To": "secret" } }],
  ["SES's own header", "INVALID_HEADER", { headers: { "X-SES-CONFIGURATION-SET": "secret" } }],
  ["49 tags", "INVALID_TAG", { tags: numbered(49) }],
  ["our own tag", "INVALID_TAG", { tags: { "message-id": "secret" } }],
  ["our other tag", "INVALID_TAG", { tags: { template: "secret" } }],
  ["a tag's name with a space", "INVALID_TAG", { tags: { "secret name": "v" } }],
  ["a tag with a comma", "INVALID_TAG", { tags: { a: "secret,b=c" } }],
  ["an empty tag", "INVALID_TAG", { tags: { a: "" } }],
  ["a tag of 257", "INVALID_TAG", { tags: { a: "s".repeat(257) } }],
  ["51 files", "INVALID_ATTACHMENT", { attachments: Array.from({ length: 51 }, () => file) }],
  [
    "a file without an extension",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, filename: "secret" }] },
  ],
  ["a path", "INVALID_ATTACHMENT", { attachments: [{ ...file, filename: "../secret.pdf" }] }],
  [
    "a line break in a filename",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, filename: "secret\r\n.pdf" }] },
  ],
  [
    "a filename of 256",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, filename: `${"s".repeat(252)}.pdf` }] },
  ],
  ["a program", "INVALID_ATTACHMENT", { attachments: [{ ...file, filename: "secret.pdf.ExE" }] }],
  [
    "a program for Windows",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, filename: "secret.exe. " }] },
  ],
  [
    "a filename that a mailer may decode to a program's",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, filename: "secret.=?utf-8?q?exe?=" }] },
  ],
  ["no type", "INVALID_ATTACHMENT", { attachments: [{ ...file, contentType: "secret" }] }],
  [
    "a line break in a type",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, contentType: "a/b\r\nsecret: c" }] },
  ],
  [
    "a message that is not in ASCII",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, contentType: "message/rfc822", content: "secret: ü" }] },
  ],
  [
    "a message with a line of a thousand",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, contentType: "message/rfc822", content: "x".repeat(1000) }] },
  ],
  [
    "a content id in brackets",
    "INVALID_ATTACHMENT",
    { attachments: [{ ...file, contentId: "<secret>" }] },
  ],
  [
    "more than 10 MB",
    "ATTACHMENTS_TOO_LARGE",
    { attachments: [file, { ...file, content: new Uint8Array(10 * 1024 ** 2) }] },
  ],
])("refuses %s, and does not repeat it", (_case, code, more) => {
  expect(refusalOf(verifyEmail(more))).toMatchObject({
    code,
    retryable: false,
    message: expect.stringMatching(/^(?!.*s[eé]cret)/s),
  });
});
