import { globalAgent } from "node:https";

/**
 * The connections of an AWS client, by way of the proxy that the environment names. Node.js itself
 * reads HTTPS_PROXY and NO_PROXY where NODE_USE_ENV_PROXY=1 asks it to, but only for its own agent:
 * the SDK makes another.
 *
 * @param connections at the most; 50 is the SDK's own number
 * @see https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxied(connections = 50): { httpAgent: object; httpsAgent: object } {
  const { proxyEnv } = globalAgent.options as { proxyEnv?: object };
  const agent = { keepAlive: true, maxSockets: connections };
  // Plain HTTP is for a stand-in on this machine: no proxy gets to see what it is sent.
  return { httpAgent: agent, httpsAgent: { ...agent, ...(proxyEnv && { proxyEnv }) } };
}
