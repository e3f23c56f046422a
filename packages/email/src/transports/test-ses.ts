// Helpers of the tests of SES's transport: the SDK's settings, and a server in the place of SES.
import { once } from "node:events";
import { type RequestListener, type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, vi } from "vitest";
import { createSesTransport } from "./ses.ts";
import { message } from "./test-message.ts";
import type { SenderConfig } from "./transport.ts";

/** The SDK's own settings, as a worker has them in its environment. Undone after the test. */
export function pointSdkTo(url: string | undefined): void {
  vi.stubEnv("AWS_ENDPOINT_URL_SESV2", url);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  // Nothing of this machine's own set-up.
  vi.stubEnv("AWS_CONFIG_FILE", "/none");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/none");
}

/**
 * For the tests of a file.
 *
 * @returns a function that starts a server in the place of SES, until the test ends, and points the
 *   SDK to it. It returns the server's port
 */
export function useSesServer(): (handle: RequestListener) => Promise<number> {
  let server: Server | undefined;
  afterEach(() => {
    vi.unstubAllEnvs();
    server?.closeAllConnections();
    server?.close();
  });
  return async (handle) => {
    server = createServer(handle).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    pointSdkTo(`http://127.0.0.1:${port}`);
    return port;
  };
}

/** Single calls, each by a transport of its own. */
export const callsOf = (config: SenderConfig) => ({
  send: async (changes: Partial<SenderConfig> = {}, outgoing = message) => {
    const transport = createSesTransport({ ...config, ...changes });
    const sent = await transport.send(outgoing);
    transport.close();
    return sent;
  },
  quota: async (changes: Partial<SenderConfig> = {}) => {
    const transport = createSesTransport({ ...config, ...changes });
    return await transport.quota().finally(() => transport.close());
  },
});
