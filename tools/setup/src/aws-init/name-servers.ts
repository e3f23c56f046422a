import { Resolver } from "node:dns/promises";

/** The providers that infra knows. `manual`: any other, whose records a person enters. */
export type Provider = "route53" | "cloudflare" | "digitalocean" | "manual";

/** The zone of a domain, as its name servers show it. */
export interface Zone {
  /** The domain of the zone: the domain itself, or a parent of it. */
  name: string;
  provider: Provider;
}

// By the names of their servers: Route 53's are ns-1.awsdns-00.com, .net, .org and .co.uk.
const SERVERS: [RegExp, Provider][] = [
  [/\.awsdns-\d+\.(?:com|net|org|co\.uk)$/, "route53"],
  [/\.ns\.cloudflare\.com$/, "cloudflare"],
  [/^ns\d\.digitalocean\.com$/, "digitalocean"],
];

/**
 * Asks DNS who has a domain's zone.
 *
 * @param servers the resolvers, as `address:port`. Default: those of this machine.
 * @returns undefined if DNS does not answer, or knows no such domain
 */
export async function findZone(domain: string, servers?: string[]): Promise<Zone | undefined> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers) resolver.setServers(servers);
  const labels = domain.split(".");
  for (let i = 0; i < labels.length - 1; i++) {
    const name = labels.slice(i).join(".");
    try {
      const names = (await resolver.resolveNs(name)).map((server) => server.toLowerCase());
      const known = SERVERS.find(([pattern]) => names.some((server) => pattern.test(server)));
      return { name, provider: known?.[1] ?? "manual" };
    } catch (error) {
      // The name is no zone of its own, or does not exist: its parent may be one.
      if (!["ENODATA", "ENOTFOUND"].includes((error as { code?: string }).code ?? "")) break;
    }
  }
  return undefined;
}
