import { InfraError } from "../error.ts";
import type { DnsProvider } from "../dns/provider.ts";
import { PROVIDERS } from "../dns/providers.ts";
import type { Dmarc } from "../dns/records.ts";
import { dkimHostOf } from "../dns/regions.ts";
import type { Subscriber } from "../events/subscriber.ts";
import type { Trust } from "../policies.ts";
import type { Principal } from "../sender.ts";
import { type Grant, KEYS, type Key, SECURITY_DELIVERY, type Values } from "./keys.ts";

/** The configuration of a stack, after the checks on each key and on keys that need each other. */
export interface Settings {
  /** What every name begins with: `project-stack`. It keeps stacks of one account apart. */
  name: string;
  region: string;
  domain: string;
  /** The full name of the MAIL FROM domain: `bounce.example.com`. */
  mailFromDomain: string;
  mailFromFailure: Values["mailFromFailure"];
  identity: Values["identity"];
  existing: ReadonlySet<Values["existing"][number]>;
  configurationSet: string;
  securityConfigurationSet: string;
  securityDeliverySeconds: number;
  /** `zoneId` is empty with `manual`. */
  dns: { provider: DnsProvider; zoneId: string };
  /** The parent domain of DKIM's targets. Undefined: the stack creates no DKIM records. */
  dkimHost: string | undefined;
  dmarc: Dmarc;
  apexSpf: boolean;
  events: Subscriber;
  alarmsTo: string | undefined;
  sender: Principal;
  grants: readonly Grant[];
  from: readonly string[];
  sandboxRecipients: readonly string[];
}

/**
 * Checks a stack's configuration.
 *
 * @param raw every key as Pulumi gives it: `{ "product:domain": "example.com", … }`
 * @throws InfraError of one line, which names the key and what to set
 */
export function readSettings(stack: {
  project: string;
  stack: string;
  raw: Record<string, string>;
}): Settings {
  const { project, raw } = stack;
  const name = `${project}-${stack.stack}`;
  const prefix = `${project}:`;
  for (const full of Object.keys(raw)) {
    const short = full.slice(prefix.length);
    if (full.startsWith(prefix) && !Object.hasOwn(KEYS, short)) {
      throw new InfraError(
        `${full} is no key; there are ${Object.keys(KEYS).join(", ")}: pulumi config rm ${short}`,
      );
    }
  }
  const region = raw["aws:region"];
  if (!region) {
    throw new InfraError("aws:region is missing: pulumi config set aws:region eu-central-1");
  }
  if (/^(cn|eusc)-|^[a-z]+-iso/.test(region)) {
    throw new InfraError(
      `aws:region is ${region}, where SES's hosts have other names, which this program does not ` +
        "know (configuration.md): pulumi config set aws:region eu-central-1",
    );
  }

  // SES and SNS allow only these characters. The longest names are those of the user and of the
  // event destinations. With their endings they may have 64 characters.
  if (!/^[\w-]{1,48}$/.test(name)) {
    throw new InfraError(
      `the stack's name is in those of queues, users and configuration sets; ${name} must be 1 to 48 ` +
        "of A-Z, a-z, 0-9, _ and -: pulumi stack rename dev",
    );
  }

  const values = Object.fromEntries(
    Object.entries<Key<unknown>>(KEYS).map(([key, { parse, example }]) => {
      try {
        return [key, parse(raw[prefix + key]?.trim() || undefined)];
      } catch (error) {
        throw new InfraError(
          `${prefix}${key} must be ${(error as Error).message}: pulumi config set ${key} ${example}`,
        );
      }
    }),
  ) as Values;

  /** Stops if a key is missing that another key needs, or if a key is set that would be ignored. */
  function along<T>(key: keyof Values, value: T | undefined, needed: boolean, why: string): T {
    if (needed === (value !== undefined)) return value as T;
    const command = needed ? `set ${key} ${KEYS[key].example}` : `rm ${key}`;
    throw new InfraError(
      `${prefix}${key} ${needed ? "is needed with" : "has no effect without"} ${why}: pulumi config ${command}`,
    );
  }

  /** Stops if a key is set that would be ignored. */
  function without(key: keyof Values, ignored: boolean, why: string): void {
    if (!ignored || values[key] === undefined) return;
    throw new InfraError(`${prefix}${key} has no effect with ${why}: pulumi config rm ${key}`);
  }

  const { domain, dns, events, sender } = values;
  const provider: DnsProvider = PROVIDERS[dns];
  const providers = Object.keys(PROVIDERS).filter((one) => one !== "manual");
  const zoneId = along(
    "zoneId",
    values.zoneId,
    provider.zoneId !== undefined,
    `dns: ${providers.join(", ")}`,
  );
  if (provider.zoneId && !provider.zoneId.pattern.test(zoneId)) {
    throw new InfraError(
      `${prefix}zoneId must be, with dns: ${dns}, ${provider.zoneId.what}: ` +
        `pulumi config set zoneId ${provider.zoneId.what.split(" ").at(-1)}`,
    );
  }
  const webhookUrl = along("webhookUrl", values.webhookUrl, events === "https", "events: https");
  const functionArn = along("lambdaArn", values.lambdaArn, events === "lambda", "events: lambda");
  const roleName = along("lambdaRole", values.lambdaRole, events === "lambda", "events: lambda");
  if (events === "lambda" && functionArn.split(":")[3] !== region) {
    throw new InfraError(
      `${prefix}lambdaArn must be of ${region}, as the queue is: pulumi config set lambdaArn ` +
        KEYS.lambdaArn.example.replace("eu-central-1", region),
    );
  }

  function trust(): Trust {
    const { oidcIssuer: issuer, roleTrusts: principal } = values;
    const oidc = sender === "role" && issuer !== undefined;
    const audience = along("oidcAudience", values.oidcAudience, oidc, "oidcIssuer");
    const subject = along("oidcSubject", values.oidcSubject, oidc, "oidcIssuer");
    if (oidc && principal === undefined) return { kind: "oidc", issuer, audience, subject };
    along("oidcIssuer", issuer, false, "sender: role, or beside roleTrusts");
    const trusted = along("roleTrusts", principal, sender === "role", "sender: role");
    return trusted?.startsWith("arn:")
      ? { kind: "arn", principal: trusted }
      : { kind: "service", principal: trusted };
  }
  const trusts = trust();
  without("accessKeys", sender === "role", "sender: role");

  for (const pattern of values.from ?? []) {
    if (!pattern.endsWith(`@${domain}`)) {
      throw new InfraError(`${prefix}from has ${pattern}, which is not of ${domain}: correct it`);
    }
  }
  function subscriber(): Subscriber {
    if (events === "https") return { to: events, webhookUrl };
    return events === "lambda" ? { to: events, functionArn, roleName } : { to: events };
  }

  const isExisting = values.identity === "existing";
  without("mailFrom", isExisting, "identity: existing");
  without("mailFromFailure", isExisting, "identity: existing");
  const mailFrom = values.mailFrom ?? "bounce";
  // Easily taken for the full name, because it may have dots.
  if (mailFrom.endsWith(`.${domain}`)) {
    throw new InfraError(
      `${prefix}mailFrom must be without .${domain}: ` +
        `pulumi config set mailFrom ${mailFrom.slice(0, -domain.length - 1)}`,
    );
  }
  const mailFromDomain = `${mailFrom}.${domain}`;
  if (mailFromDomain.length > 253) {
    throw new InfraError(
      `${prefix}mailFrom makes a name of more than 253 characters: pulumi config set mailFrom b`,
    );
  }

  const existing = new Set(values.existing);
  const makesDkim = !isExisting && !existing.has("dkim");
  without("dkimHost", !makesDkim, "identity: existing, or existing: dkim");
  const dkimHost = values.dkimHost ?? dkimHostOf(region);
  if (makesDkim && dkimHost === undefined) {
    throw new InfraError(
      `${prefix}dkimHost is needed in ${region}, which this program does not know; README.md says ` +
        `where SES shows it: pulumi config set dkimHost dkim.${region}.amazonses.com`,
    );
  }
  if (existing.has("configurationSets")) {
    for (const key of ["configurationSet", "securityConfigurationSet"] as const) {
      along(key, values[key], true, "existing: configurationSets");
    }
    without("securityDeliverySeconds", true, "existing: configurationSets");
  }
  const configurationSet = values.configurationSet ?? name;
  const securityConfigurationSet = values.securityConfigurationSet ?? `${name}-security`;
  if (configurationSet === securityConfigurationSet) {
    throw new InfraError(
      `${prefix}securityConfigurationSet must be another than configurationSet: ` +
        `pulumi config set securityConfigurationSet ${configurationSet}-security`,
    );
  }

  return {
    name,
    region,
    domain,
    mailFromDomain,
    mailFromFailure: values.mailFromFailure,
    identity: values.identity,
    existing,
    configurationSet,
    securityConfigurationSet,
    securityDeliverySeconds: values.securityDeliverySeconds ?? SECURITY_DELIVERY,
    dns: { provider, zoneId: zoneId ?? "" },
    dkimHost: makesDkim ? dkimHost : undefined,
    dmarc: {
      policy: values.dmarcPolicy,
      subdomains: values.dmarcSubdomainPolicy,
      dkimAlignment: values.dkimAlignment,
      spfAlignment: values.spfAlignment,
      reportsTo: values.dmarcReportsTo,
    },
    apexSpf: values.apexSpf,
    events: subscriber(),
    alarmsTo: values.alarmsTo,
    sender:
      sender === "user"
        ? { kind: sender, accessKeys: values.accessKeys ?? ["a"] }
        : { kind: sender, trusts },
    grants: values.grants,
    from: values.from ?? [`*@${domain}`],
    sandboxRecipients: values.sandboxRecipients,
  };
}
