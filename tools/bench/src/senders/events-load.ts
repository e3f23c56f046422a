// Posts events as SNS does.
import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { createTestSns } from "@repo/testing/sns";
import { now } from "@repo/measure/clock";
import { serve } from "@repo/measure/program";

// One bounce in so many.
const BOUNCES = 20;

let bodies: Buffer[] = [];

const handlers = {
  /** Signs the events, one for each message. @returns the messages' ids */
  prepare({ count, topicArn }: { count: number; topicArn: string }) {
    const sns = createTestSns(topicArn);
    const ids = Array.from({ length: count }, () => randomUUID());
    bodies = ids.map((id, i) =>
      Buffer.from(JSON.stringify(sns.notify(JSON.stringify(event(id, i % BOUNCES === 0))))),
    );
    return { ids, pem: sns.pem };
  },
  /** @returns events a second */
  async run({ port, connections }: { port: number; connections: number }) {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    const next = bodies.values();
    const start = now();
    const send = async () => {
      for (const body of next) await post(agent, port, body);
    };
    await Promise.all(Array.from({ length: connections }, send));
    const seconds = (now() - start) / 1000;
    agent.destroy();
    return bodies.length / seconds;
  },
};
export type EventsLoad = typeof handlers;
serve(handlers);

function post(agent: Agent, port: number, body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "text/plain; charset=UTF-8", "content-length": body.length };
    const sent = request({ agent, port, host: "127.0.0.1", method: "POST", headers }, (res) => {
      res.resume();
      res.on("end", () =>
        res.statusCode === 200 ? resolve() : reject(new Error(`answered ${res.statusCode}`)),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function event(id: string, bounced: boolean): object {
  const recipient = `n${id}@example.com`;
  const timestamp = new Date().toISOString();
  return {
    eventType: bounced ? "Bounce" : "Delivery",
    mail: {
      timestamp,
      messageId: `ses-${id}`,
      source: "Example <hello@example.com>",
      sendingAccountId: "000000000000",
      destination: [recipient],
      headersTruncated: false,
      headers: [
        { name: "From", value: "Example <hello@example.com>" },
        { name: "To", value: recipient },
        { name: "Subject", value: "Welcome" },
      ],
      commonHeaders: { from: ["hello@example.com"], to: [recipient], subject: "Welcome" },
      tags: {
        "ses:configuration-set": ["app"],
        "message-id": [id],
        template: ["welcome"],
      },
    },
    ...(bounced
      ? {
          bounce: {
            bounceType: "Permanent",
            bounceSubType: "General",
            bouncedRecipients: [{ emailAddress: recipient, status: "5.1.1" }],
            timestamp,
            feedbackId: `feedback-${id}`,
          },
        }
      : {
          delivery: { timestamp, recipients: [recipient], smtpResponse: "250 ok" },
        }),
  };
}
