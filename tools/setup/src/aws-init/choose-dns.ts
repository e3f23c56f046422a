import { AppError } from "@repo/errors";
import { type Terminal, ask, choose } from "./ask.ts";
import { type Provider, findZone } from "./name-servers.ts";
import { type Project, valueOf } from "./project.ts";

const MESSAGE = "Who has the domain's DNS";

const NAMES: Record<Provider, string> = {
  route53: "Route 53",
  cloudflare: "Cloudflare",
  digitalocean: "DigitalOcean",
  manual: "another provider",
};

const CHOICES: Record<Provider, string> = {
  route53: "Route 53: Pulumi makes the records",
  cloudflare: "Cloudflare: Pulumi makes the records",
  digitalocean: "DigitalOcean: Pulumi makes the records",
  manual: "another: Pulumi prints the records, and you enter them",
};

/**
 * The provider of the domain's DNS, found from its name servers, and the zone's id there.
 *
 * @param asked.servers the resolvers. Default: those of this machine.
 * @throws AppError `INVALID_OPTION`, `OPTION_MISSING`, `CANCELLED`
 */
export async function chooseDns(asked: {
  domain: string;
  given: { dns: string | undefined; zoneId: string | undefined };
  project: Project;
  terminal: Terminal;
  servers: string[] | undefined;
}): Promise<{ dns: Provider; zoneId: string }> {
  const { domain, given, project, terminal, servers } = asked;
  const current = valueOf(project, `${project.name}:dns`);
  const isAsked = given.dns === undefined && (terminal.isInteractive || current === undefined);
  const needsZone = isAsked || given.dns === "digitalocean";
  const zone = needsZone ? await findZone(domain, servers) : undefined;
  const found = zone
    ? `the name servers of ${zone.name} say: ${NAMES[zone.provider]}`
    : "the domain's name servers did not answer";
  const dns = await choose<Provider>(
    {
      option: "--dns",
      given: given.dns,
      message: isAsked ? `${MESSAGE}; ${found}` : MESSAGE,
      current,
      suggestion: zone?.provider ?? (terminal.isInteractive ? "manual" : undefined),
      choices: CHOICES,
    },
    terminal,
  );
  if (dns === "manual") {
    if (given.zoneId)
      throw new AppError("INVALID_OPTION", "--zone-id has no effect with --dns manual.");
    return { dns, zoneId: "" };
  }
  const isSame = current === dns;
  const zoneId = await ask(
    {
      option: "--zone-id",
      given: given.zoneId,
      message: ZONE_IDS[dns].where,
      current:
        (isSame ? valueOf(project, `${project.name}:zoneId`) : undefined) ??
        (dns === "digitalocean" ? zone?.name : undefined),
      check: (id) => (ZONE_IDS[dns].pattern.test(id) ? undefined : ZONE_IDS[dns].problem),
    },
    terminal,
  );
  return { dns, zoneId };
}

// The same patterns as in infra/src/dns.
const ZONE_IDS = {
  route53: {
    pattern: /^Z[A-Z0-9]+$/,
    where: "The id of its hosted zone (aws route53 list-hosted-zones-by-name)",
    problem: "must be the id of a hosted zone, like Z0123456789ABCDEFGHIJ",
  },
  cloudflare: {
    pattern: /^[a-z0-9]+$/,
    where: "The zone's id, on its overview page at Cloudflare",
    problem: "must be the id of a zone, like 023e105f4ecef8ad9ca31a8372d0c353",
  },
  digitalocean: {
    pattern: /^([a-z0-9-]+\.)+[a-z0-9-]+$/,
    where: "The zone's domain at DigitalOcean",
    problem: "must be the zone's domain, like example.com",
  },
};
