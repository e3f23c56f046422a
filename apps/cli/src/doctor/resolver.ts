import { Resolver } from "node:dns/promises";

export type RecordType = "CNAME" | "MX" | "NS" | "TXT";

/** What a resolver says about a name, as the world sees it, and what the domain's own servers say. */
export interface Seen {
  world: string[];
  /** The same as `world` if the domain's own servers do not answer, or have no such record. */
  own: string[];
}

export interface Dns {
  /** @throws the error of node:dns, except if there is no such record */
  world(name: string, type: RecordType): Promise<string[]>;
  /**
   * @param domain the domain whose own name servers are asked too, or a name below it
   * @throws as `world` does
   */
  both(domain: string, name: string, type: RecordType): Promise<Seen>;
}

// Of each name server of a domain, this many are asked.
const ENOUGH = 3;

/**
 * @param options.servers the resolvers, as `address:port`. Default: those of this machine.
 * @param options.port the port of the domains' own servers. Default: 53.
 * @param options.timeout ms of a query, which is tried twice. Default: 2,000.
 */
export function createDns(
  options: { servers?: string[]; port?: number; timeout?: number } = {},
): Dns {
  const { servers, port = 53, timeout = 2_000 } = options;
  const limits = { timeout, tries: 2 };
  const resolver = new Resolver(limits);
  if (servers) resolver.setServers(servers);
  const authorities = new Map<string, Promise<Resolver | undefined>>();
  const world = (name: string, type: RecordType) => query(resolver, name, type);

  /** The servers of the zone that a domain is in. */
  async function findAuthority(domain: string): Promise<Resolver | undefined> {
    const labels = domain.split(".");
    for (let i = 0; i < labels.length - 1; i++) {
      const names = await world(labels.slice(i).join("."), "NS");
      if (names.length === 0) continue;
      const addresses = await Promise.all(
        names.slice(0, ENOUGH).map((name) => resolver.resolve4(name).catch(() => [])),
      );
      const all = addresses.flat();
      if (all.length === 0) return undefined;
      const authority = new Resolver(limits);
      authority.setServers(all.map((address) => `${address}:${port}`));
      return authority;
    }
    return undefined;
  }

  return {
    world,
    async both(domain, name, type) {
      const found = authorities.get(domain) ?? findAuthority(domain).catch(() => undefined);
      authorities.set(domain, found);
      const [seen, authority] = await Promise.all([world(name, type), found]);
      const own = authority ? await query(authority, name, type).catch(() => seen) : seen;
      // They do not answer for a name that is delegated, or a CNAME to another zone.
      return { world: seen, own: own.length > 0 ? own : seen };
    },
  };
}

async function query(resolver: Resolver, name: string, type: RecordType): Promise<string[]> {
  try {
    if (type === "TXT") return (await resolver.resolveTxt(name)).map((parts) => parts.join(""));
    if (type === "MX")
      return (await resolver.resolveMx(name)).map(({ exchange }) => plain(exchange));
    const names =
      type === "NS" ? await resolver.resolveNs(name) : await resolver.resolveCname(name);
    return names.map(plain);
  } catch (error) {
    // No such name, or no record of this type.
    if (["ENOTFOUND", "ENODATA"].includes((error as { code?: string }).code ?? "")) return [];
    throw error;
  }
}

const plain = (name: string) => name.toLowerCase().replace(/\.$/, "");
