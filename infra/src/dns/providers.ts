import { cloudflare } from "./cloudflare.ts";
import { digitalocean } from "./digitalocean.ts";
import { manual } from "./manual.ts";
import type { DnsProvider } from "./provider.ts";
import { route53 } from "./route53.ts";

/** Every DNS provider that there is, by its name in the configuration. */
export const PROVIDERS = { manual, route53, cloudflare, digitalocean } satisfies Record<
  string,
  DnsProvider
>;
