import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import fake from "aws-ses-v2-local";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSesTransport } from "./ses.ts";
import { fullMessage, message } from "./test-message.ts";
import { pointSdkTo } from "./test-ses.ts";

// Another project's fake of the SES v2 API. It fails requests that only our own stand-in accepts.
type Start = (config: { host: string; port: number }) => Promise<Server>;
// A CommonJS module with a default of its own: Vitest unwraps it, Node.js and tsc do not.
const startFake = ("default" in fake ? fake.default : fake) as Start;
let server: Server;
let url: string;

beforeEach(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  server = await startFake({ host: "127.0.0.1", port: 0 });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  pointSdkTo(url);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

it("should send requests that an independent fake of SES accepts", async () => {
  const transport = createSesTransport({
    from: "Example <hello@example.com>",
    loopbackOnly: true,
  });
  for (const each of [message, fullMessage]) {
    const sent = await transport.send(each);
    expect(sent.result, JSON.stringify(sent)).toBe("accepted");
  }
  transport.close();
  const { emails } = (await (await fetch(`${url}/store`)).json()) as {
    emails: { subject: string; destination: { to: string[] }; body: { html: string } }[];
  };
  expect(emails).toMatchObject([
    {
      subject: message.subject,
      destination: { to: [message.to] },
      body: { html: message.html, text: message.text },
    },
    { subject: fullMessage.subject, destination: { to: [fullMessage.to] } },
  ]);
});
