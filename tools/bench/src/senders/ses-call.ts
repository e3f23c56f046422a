import { randomUUID } from "node:crypto";
import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { FROM, newMessage } from "@repo/measure/messages";
import type { Content } from "@repo/measure/content";

/** An email for the other sides. */
export interface Job {
  id: string;
  template: string;
  to: string;
  props: unknown;
}

export function newJob(i: number): Job {
  return { id: randomUUID(), ...newMessage(i) };
}

/**
 * The plain call with the same fields as our transport's. The SDK's retry is off on all sides,
 * because it would hide an error of the benchmark.
 */
export function createSesCall(content: Content): (job: Job) => Promise<void> {
  const client = new SESv2Client({ maxAttempts: 1 });
  const utf8 = (Data: string) => ({ Data, Charset: "UTF-8" });
  return async ({ id, template, to }) => {
    const { subject, html, text } = content(template);
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: FROM,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: utf8(subject),
            Body: { Html: utf8(html), Text: utf8(text) },
            Headers: [
              { Name: "X-Message-ID", Value: id },
              { Name: "Auto-Submitted", Value: "auto-generated" },
            ],
          },
        },
        EmailTags: [
          { Name: "message-id", Value: id },
          { Name: "template", Value: template },
        ],
      }),
    );
  };
}

/**
 * Makes calls before the measurement, so that connections are open and code is compiled on every
 * side.
 */
export async function warmUp(send: (job: Job) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < 20; i++) {
    await Promise.all(Array.from({ length: 20 }, (_, j) => send(newJob(i * 20 + j))));
  }
}
