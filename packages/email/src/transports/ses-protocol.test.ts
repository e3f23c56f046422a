import { json } from "node:stream/consumers";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { expect, it } from "vitest";
import { createSesClient } from "./ses-client.ts";
import { useSesServer } from "./test-ses.ts";

const serve = useSesServer();

it.each([
  ["text beyond ASCII", "Grüße, Łódź, „ナイン“ 👩‍👩‍👧 \u2028"],
  ["what JSON escapes", '"\\\u0000\b\f\n\r\t\u001f\u007f/</script>'],
  ["half of a surrogate pair", "\ud83d and \udc69"],
  ["a long text", '<p class="ink">Hello é ✓</p>\n'.repeat(10_000)],
])("sends the body that the SDK sends by itself: %s", async (_, Data) => {
  const bodies: unknown[] = [];
  await serve((request, response) => {
    void json(request).then((body) => {
      bodies.push({ type: request.headers["content-type"], body });
      response.end('{"MessageId":"ses-1"}');
    });
  });
  const RawContent = Uint8Array.from({ length: 1_000 }, (__, i) => i % 256);
  const command = () =>
    new SendEmailCommand({
      Destination: { ToAddresses: [`${Data.slice(0, 9)}@example.com`] },
      Content: {
        Simple: {
          Subject: { Data },
          Body: { Html: { Data, Charset: "UTF-8" } },
          Headers: [],
          Attachments: [{ FileName: Data.slice(0, 9), RawContent }],
        },
      },
      EmailTags: [{ Name: "message-id", Value: Data }],
    });
  for (const client of [new SESv2Client(), createSesClient({ loopbackOnly: true })]) {
    await client.send(command());
    client.destroy();
  }
  const [byDefault, ours] = bodies;
  expect(ours).toEqual(byDefault);
  expect(ours).toMatchObject({ body: { Content: { Simple: { Subject: { Data } } } } });
});
