import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { message } from "./test-message.ts";

const transport = JSON.stringify(path.join(import.meta.dirname, "ses.ts"));
const SENDS = `
  import { createSesTransport } from ${transport};
  const transport = createSesTransport({ from: "hello@example.com", loopbackOnly: false });
  console.log(JSON.stringify(await transport.send(${JSON.stringify(message)})));
`;

/** Sends in a process of its own, because only there is the environment's proxy read. */
async function sendWith(proxies: NodeJS.ProcessEnv): Promise<unknown> {
  const env = {
    ...process.env,
    NODE_USE_ENV_PROXY: "1",
    NO_PROXY: "",
    AWS_REGION: "eu-central-1",
    AWS_ENDPOINT_URL_SESV2: "",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    ...proxies,
  };
  const args = ["--input-type=module", "--eval", SENDS];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  return JSON.parse(stdout);
}

it("calls SES by way of the environment's proxy, and knows that its refusal sent nothing", async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer().listen(0, "127.0.0.1");
  proxy.on("connect", ({ url }, socket) => {
    asked.push(url);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await once(proxy, "listening");
  const { port } = proxy.address() as AddressInfo;
  const sent = await sendWith({ HTTPS_PROXY: `http://127.0.0.1:${port}` });
  expect(asked).toEqual(["email.eu-central-1.amazonaws.com:443"]);
  expect(sent).toMatchObject({ result: "unreachable", code: "ERR_PROXY_TUNNEL" });
  proxy.close();
});

it("calls a stand-in on this machine without a proxy, whatever the environment names", async () => {
  const asked: string[] = [];
  const note = (who: string) =>
    createServer((request, response) => {
      asked.push(who);
      request.resume();
      response.end('{"MessageId":"ses-1"}');
    }).listen(0, "127.0.0.1");
  const servers = [note("stand-in"), note("proxy")];
  await Promise.all(servers.map((server) => once(server, "listening")));
  const [standIn, proxy] = servers.map(
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  const sent = await sendWith({
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    AWS_ENDPOINT_URL_SESV2: standIn,
  });
  expect(sent).toMatchObject({ result: "accepted" });
  expect(asked).toEqual(["stand-in"]);
  for (const server of servers) server.close();
});
