import { globalAgent } from "node:https";

/**
 * The agents for an AWS client. They use the proxy that the environment names. With
 * NODE_USE_ENV_PROXY=1, Node.js reads HTTPS_PROXY and NO_PROXY, but only for its own agent, and the
 * SDK makes another.
 *
 * @param connections the maximum. Default: 50, as in the SDK.
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxied(connections = 50): { httpAgent: object; httpsAgent: object } {
  const { proxyEnv } = globalAgent.options as { proxyEnv?: object };
  const agent = { keepAlive: true, maxSockets: connections };
  // Plain HTTP is for a stand-in on this machine. It must not go through a proxy.
  return { httpAgent: agent, httpsAgent: { ...agent, ...(proxyEnv && { proxyEnv }) } };
}
