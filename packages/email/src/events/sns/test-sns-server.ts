// A server in the place of SNS, with TLS, so that tests fetch as production does.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import https, { Agent, type AgentOptions, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createCertificate } from "@repo/testing/certificate";

export interface SnsServerOptions {
  host: string;
  answer: RequestListener;
  /** The name in its TLS certificate. Default: the host. */
  certificateOf?: string;
  /** Whether its TLS certificate is trusted. Default: true. */
  isTrusted?: boolean;
}

/**
 * Until it is closed, each connection of node:https leads to it, whatever the host. TLS still asks
 * for that host's name and checks it.
 */
export async function serveSns({
  host,
  answer,
  certificateOf = host,
  isTrusted = true,
}: SnsServerOptions) {
  const requests: string[] = [];
  const hosts: string[] = [];
  const tls = createCertificate(certificateOf);
  const server = createServer(tls, (request, response) => {
    requests.push(`${request.headers.host}${request.url}`);
    answer(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  class ToServer extends Agent {
    override createConnection(options: AgentOptions, callback: () => void) {
      hosts.push(String(options.host));
      const there = { ...options, host: "127.0.0.1", port };
      return super.createConnection(isTrusted ? { ...there, ca: tls.cert } : there, callback);
    }
  }
  const { globalAgent } = https;
  https.globalAgent = new ToServer();
  return {
    /** Host and path of each request that arrived. */
    requests,
    /** Every host that a connection was asked for. */
    hosts,
    async close() {
      https.globalAgent = globalAgent;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
