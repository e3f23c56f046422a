import { globalAgent } from "node:https";

/**
 * The connections of an AWS client, by way of the proxy that the environment names. Node.js itself
 * reads HTTPS_PROXY and NO_PROXY where NODE_USE_ENV_PROXY=1 asks it to, but only for its own agent:
 * the SDK makes another. https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function proxied(): { httpsAgent: object } {
  const { proxyEnv } = globalAgent.options as { proxyEnv?: object };
  // The rest is what the SDK sets for its own.
  return { httpsAgent: { keepAlive: true, maxSockets: 50, ...(proxyEnv && { proxyEnv }) } };
}
