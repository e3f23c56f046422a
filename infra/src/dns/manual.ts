import { withSes } from "./apex.ts";
import type { DnsProvider } from "./provider.ts";
import { txtOf } from "./resolve.ts";

/** No provider: the records are printed, and a person enters them. */
export const manual: DnsProvider = {
  async apex({ domain }) {
    const values = await withSes(domain, await txtOf(domain));
    const value = values.find((text) => /^v=spf1( |$)/i.test(text)) ?? "";
    return { key: "apex", name: domain, type: "TXT", value, ttl: 300 };
  },
};
