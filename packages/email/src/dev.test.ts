import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { fetchFromSesLocal } from "./dev.ts";

it("asks ses-local under /sns for what SNS serves, whatever host is named", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    response.writeHead(request.url?.includes("unknown") ? 404 : 200).end("certificate");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const fetch = fetchFromSesLocal(`http://127.0.0.1:${port}/`);
  const sns = "https://sns.us-east-1.amazonaws.com";
  expect(await fetch(new URL("/SimpleNotificationService-0.pem", sns))).toBe("certificate");
  expect(await fetch(new URL("/?Action=ConfirmSubscription&Token=1", sns))).toBe("certificate");
  await expect(fetch(new URL("/unknown", sns))).rejects.toMatchObject({
    code: "SNS_UNREACHABLE",
    retryable: true,
    message: expect.stringContaining("404"),
  });
  expect(asked).toEqual([
    "/sns/SimpleNotificationService-0.pem",
    "/sns/?Action=ConfirmSubscription&Token=1",
    "/sns/unknown",
  ]);
  server.closeAllConnections();
  server.close();
});
