// A stack over its life: what each update does, and what is there after it.
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { aws } from "./aws.ts";
import type { Case } from "./cases.ts";
import { Cloud } from "./cloud.ts";
import { sharedProcess } from "./runtime.ts";
import { Stack, type Update } from "./stack.ts";

const { runtime, stop } = sharedProcess();
afterAll(stop);

const ROUTE53: Case = { config: { dns: "route53", zoneId: "Z1" } };
const withConfig = (config: Record<string, string>, world?: Case["world"]): Case => ({
  config: { ...ROUTE53.config, ...config },
  ...(world && { world }),
});
const DKIM = [0, 1, 2].map((n) => `Z1/token${n}._domainkey.example.com/CNAME`);
const MAIL_FROM = ["Z1/bounce.example.com/MX", "Z1/bounce.example.com/TXT"];

let cloud: Cloud;
let stack: Stack;
beforeEach(() => {
  cloud = new Cloud();
  stack = new Stack(cloud, runtime);
});

/** A stack with Route 53 that is up: made once, and copied for each test. */
let standing: { cloud: Cloud; stack: Stack; first: Update } | undefined;
async function upOnce(): Promise<Update> {
  if (!standing) {
    const first = await up(ROUTE53);
    standing = { cloud: cloud.copy(), stack, first };
    standing.stack = stack.copy(standing.cloud);
  }
  cloud = standing.cloud.copy();
  stack = standing.stack.copy(cloud);
  return standing.first;
}

/** Expects it to end well. */
async function up(one: Case): Promise<Update> {
  const done = await stack.up(one);
  expect(done.log.trim()).toBe("");
  expect(done.exitCode).toBe(0);
  return done;
}

describe("an update", () => {
  test("that changes nothing does nothing", async () => {
    await upOnce();
    expect((await up(ROUTE53)).steps).toEqual([]);
  });

  test("that failed half-way is finished by the next one, and nothing is made twice", async () => {
    cloud.broken.add("ConfigurationSetEventDestination");
    const failed = await stack.up(ROUTE53);
    expect(failed.exitCode).toBe(1);
    expect(failed.log).toContain("LimitExceededException");
    cloud.broken.clear();
    const { steps } = await up(ROUTE53);
    expect(steps.filter((step) => !step.startsWith("create"))).toEqual([]);
    expect(new Set([...failed.steps, ...steps]).size).toBe(failed.steps.length + steps.length);
    expect(cloud.names("User")).toHaveLength(1);
  });

  test("to a stricter DMARC policy changes that record alone", async () => {
    await upOnce();
    const { steps } = await up(withConfig({ dmarcPolicy: "reject" }));
    expect(steps).toEqual(["update Record product-dev-dmarc"]);
  });

  test("to another MAIL FROM subdomain has its new records before SES uses it", async () => {
    await upOnce();
    const { steps } = await up(withConfig({ mailFrom: "mail" }));
    expect(steps).toEqual([
      "replace Record product-dev-mail-from-mx",
      "replace Record product-dev-mail-from-spf",
      "update EmailIdentityMailFromAttributes product-dev-mail-from",
      "delete Record product-dev-mail-from-mx",
      "delete Record product-dev-mail-from-spf",
    ]);
  });

  test("to another domain is stopped by the identity's protection", async () => {
    await upOnce();
    const other = { ...withConfig({ domain: "mail.example.com" }), dns: {} };
    const { exitCode, log } = await stack.up(other);
    expect(exitCode).toBe(1);
    expect(log).toContain("unable to replace EmailIdentity product-dev: it is protected");
    expect(cloud.names("EmailIdentity")).toEqual(["example.com"]);
    // README names what has changed by then.
    const [policy] = cloud.names("Policy").filter((id) => id.includes("sender-send"));
    expect(cloud.things.get(`Policy ${policy}`)?.policy).toContain("identity/mail.example.com");
    expect(cloud.names("Record")).toContain("Z1/_dmarc.mail.example.com/TXT");
  });

  test.each([
    ["another name of a configuration set", { configurationSet: "other" }, "replace"],
    [
      "existing: configurationSets, for its own,",
      {
        existing: "configurationSets",
        configurationSet: "product-dev",
        securityConfigurationSet: "product-dev-security",
      },
      "delete",
    ],
  ])("to %s is stopped before SES refuses every email", async (_, config, verb) => {
    await upOnce();
    const { exitCode, log } = await stack.up(withConfig(config));
    expect(exitCode).toBe(1);
    expect(log).toContain(`unable to ${verb} ConfigurationSet product-dev`);
    expect(log).toContain("it is protected");
    expect(cloud.names("ConfigurationSet")).toEqual(["product-dev", "product-dev-security"]);
  });

  test("to another DNS provider is stopped before it takes DKIM's records away", async () => {
    await upOnce();
    const { exitCode, log } = await stack.up({ config: {} });
    expect(exitCode).toBe(1);
    expect(log).toMatch(/unable to delete Record product-dev-dkim-\d: it is protected/);
    expect(cloud.names("Record")).toEqual(expect.arrayContaining(DKIM));
  });
});

describe("the SPF record of the domain itself", () => {
  const APEX = withConfig({ apexSpf: "true" });
  const TXT = "Record Z1/example.com/TXT";

  test("is not changed at Route 53 by a second update, which reads what the first one wrote", async () => {
    const before = ['"google-site-verification=1"', '"v=spf1 mx -all"'];
    await up({ ...APEX, world: aws({ route53: before }) });
    const { records } = cloud.things.get(TXT) as { records: string[] };
    expect(records).toContain("v=spf1 mx include:amazonses.com -all");
    const route53 = records.map((value) => `"${value.replaceAll('""', '" "')}"`);
    expect((await up({ ...APEX, world: aws({ route53 }) })).steps).toEqual([]);
  });

  test("is the stack's own at Cloudflare when it runs a second time", async () => {
    const config = { dns: "cloudflare", zoneId: "c1", apexSpf: "true" };
    await up({ config });
    const [id] = cloud.names("DnsRecord").filter((one) => one.includes("-apex"));
    const { name, type, content, comment } = cloud.things.get(`DnsRecord ${id}`) as never;
    const world = aws({ cloudflare: [{ name, type, content, comment }] });
    expect((await up({ config, world })).steps).toEqual([]);
  });

  test("is the stack's own at DigitalOcean when it runs a second time", async () => {
    const config = { dns: "digitalocean", zoneId: "example.com", apexSpf: "true" };
    await up({ config });
    const digitalocean = cloud
      .names("DnsRecord")
      .map((id) => cloud.things.get(`DnsRecord ${id}`) as never);
    expect(digitalocean).toHaveLength(7);
    expect((await up({ config, world: aws({ digitalocean }) })).steps).toEqual([]);
  });
});

test("a stack of the same name in another region does not take Cloudflare's records for its own", async () => {
  const config = { dns: "cloudflare", zoneId: "c1" };
  await up({ config });
  const cloudflare = cloud
    .names("DnsRecord")
    .map((id) => cloud.things.get(`DnsRecord ${id}`) as never);
  const world = aws({ cloudflare });
  expect((await up({ config, world })).steps).toEqual([]);
  const other = new Stack(new Cloud(), runtime);
  const { exitCode, log } = await other.up({ config, world, region: "us-east-1" });
  expect(exitCode).not.toBe(0);
  expect(log).toContain("bounce.example.com has another MX record at Cloudflare");
});

describe("the DMARC record at DigitalOcean, whose records have no comment", () => {
  const config = { dns: "digitalocean", zoneId: "example.com" };
  const now = () =>
    aws({
      digitalocean: cloud
        .names("DnsRecord")
        .map((id) => cloud.things.get(`DnsRecord ${id}`) as never),
    });

  test("is changed in two updates, as dns.md says", async () => {
    await up({ config });
    const strict = { ...config, dmarcPolicy: "reject" };
    expect((await stack.up({ config: strict, world: now() })).log).toContain(
      "pulumi config set existing dmarc",
    );
    const removed = await up({ config: { ...strict, existing: "dmarc" }, world: now() });
    expect(removed.steps).toEqual(["delete DnsRecord product-dev-dmarc"]);
    const made = await up({ config: strict, world: now() });
    expect(made.steps).toEqual(["create DnsRecord product-dev-dmarc"]);
  });
});

describe("rotating the key", () => {
  test("has both work, then the new one alone, and touches nothing else", async () => {
    const first = await upOnce();
    const [old] = cloud.names("AccessKey");

    const both = await up(withConfig({ accessKeys: "a,b" }));
    expect(both.steps).toEqual(["create AccessKey product-dev-sender-b"]);
    expect(cloud.names("AccessKey")).toHaveLength(2);
    expect(both.outputs.AWS_ACCESS_KEY_ID).not.toBe(first.outputs.AWS_ACCESS_KEY_ID);

    const last = await up(withConfig({ accessKeys: "b" }));
    expect(last.steps).toEqual(["delete AccessKey product-dev-sender-a"]);
    expect(cloud.names("AccessKey")).not.toContain(old);
    expect(last.outputs.AWS_ACCESS_KEY_ID).toBe(both.outputs.AWS_ACCESS_KEY_ID);
  });

  test.each(["a", "a,b", "b", "b,c"])(
    "after a leak, with accessKeys %s, leaves no key that was there, as recovery.md says",
    async (accessKeys) => {
      await up(withConfig({ accessKeys }));
      const leaked = cloud.names("AccessKey");
      const last = accessKeys.split(",").at(-1)!;
      if (last !== accessKeys) await up(withConfig({ accessKeys: last }));
      const { steps } = await up(withConfig({ accessKeys: "another" }));
      expect(steps).toEqual([
        "create AccessKey product-dev-sender-another",
        `delete AccessKey product-dev-sender-${last}`,
      ]);
      expect(cloud.names("AccessKey").filter((key) => leaked.includes(key))).toEqual([]);
    },
  );

  test("to a third key is refused, so after a leak one of two goes first", async () => {
    await up(withConfig({ accessKeys: "a,b" }));
    const { log } = await stack.up(withConfig({ accessKeys: "c" }));
    expect(log).toContain("LimitExceeded");
  });
});

describe("taking a stack down", () => {
  test("stops at what is protected, with everything still there", async () => {
    await upOnce();
    const there = cloud.things.size;
    const { exitCode, log } = stack.destroy();
    expect(exitCode).toBe(1);
    expect(log).toMatch(/it is protected/);
    expect(cloud.things.size).toBe(there);
  });

  test("without what is protected leaves the identity, DKIM's records and the sets, no key and no queue", async () => {
    await upOnce();
    expect(stack.destroy({ excludeProtected: true }).exitCode).toBe(0);
    expect([...cloud.things.keys()].sort()).toEqual(
      [
        "ConfigurationSet product-dev",
        "ConfigurationSet product-dev-security",
        "EmailIdentity example.com",
        ...DKIM.map((id) => `Record ${id}`),
      ].sort(),
    );
    // And the next update makes the rest again.
    const { steps } = await up(ROUTE53);
    expect(steps.filter((step) => !step.startsWith("create"))).toEqual([]);
    expect(steps).not.toContain("create EmailIdentity product-dev");
  });

  test("with its protection removed leaves nothing that it made", async () => {
    await upOnce();
    stack.unprotect();
    expect(stack.destroy().exitCode).toBe(0);
    expect([...cloud.things.keys()]).toEqual([]);
  });

  test("keeps the TXT values of the domain itself, others' among them", async () => {
    const world = aws({ route53: ['"google-site-verification=1"'] });
    await up(withConfig({ apexSpf: "true" }, world));
    stack.unprotect();
    stack.destroy();
    expect([...cloud.things.keys()]).toEqual(["Record Z1/example.com/TXT"]);
  });

  test("is not stopped by an access key that somebody made by hand", async () => {
    await upOnce();
    const [user] = cloud.names("User");
    cloud.create("AccessKey", "by-hand", { user });
    expect(stack.destroy({ excludeProtected: true }).log).toBe("");
    expect(cloud.names("User")).toEqual([]);
    expect(cloud.names("AccessKey")).toEqual([]);
  });
});

describe("adopting an identity", () => {
  const IMPORT = { identity: "import" };
  const there = {
    emailIdentity: "example.com",
    configurationSetName: "theirs",
    dkimSigningAttributes: { nextSigningKeyLength: "RSA_1024_BIT" },
    tags: { owner: "marketing" },
  };
  beforeEach(() => {
    cloud.create("EmailIdentity", "", there);
  });

  test("with Easy DKIM takes it over as it is, and its DKIM records at Route 53", async () => {
    for (const id of DKIM) {
      const [zoneId, name, type] = id.split("/");
      cloud.create("Record", "", { zoneId, name, type });
    }
    const { steps } = await up(withConfig(IMPORT));
    expect(steps).toContain("import EmailIdentity product-dev");
    expect(cloud.things.get("EmailIdentity example.com")).toEqual(there);
    expect((await up(withConfig(IMPORT))).steps).toEqual([]);
  });

  test("and taking the stack down leaves it able to send: identity, DKIM, MAIL FROM", async () => {
    await up(withConfig(IMPORT));
    stack.unprotect();
    expect(stack.destroy().exitCode).toBe(0);
    expect(cloud.things.get("EmailIdentity example.com")).toEqual(there);
    expect(cloud.names("EmailIdentityMailFromAttributes")).toEqual(["example.com"]);
    expect(cloud.names("Record").sort()).toEqual([...DKIM, ...MAIL_FROM].sort());
    expect(cloud.names("User")).toEqual([]);
    expect(stack.state.size).toBe(0);
  });

  test("with a DKIM key of one's own (BYODKIM) is refused in one line, and accepted when the records are left out", async () => {
    const world = aws({ dkim: { signingAttributesOrigin: "EXTERNAL", tokens: ["selector1"] } });
    const { exitCode, log } = await stack.up(withConfig(IMPORT, world));
    expect(exitCode).not.toBe(0);
    expect(log.trim()).toBe(
      "SES signs for example.com with keys from elsewhere (EXTERNAL), whose records this program " +
        "does not make; keep them: pulumi config set existing dkim",
    );
    expect(stack.state.size).toBe(0);

    await up(withConfig({ ...IMPORT, existing: "dkim" }, world));
    expect(cloud.names("Record").filter((id) => id.endsWith("CNAME"))).toEqual([]);
  });

  describe("with a MAIL FROM domain", () => {
    const attributes = {
      mailFromDomain: "bounce.mail.example.com",
      behaviorOnMxFailure: "REJECT_MESSAGE",
    };
    const world = aws({ mailFrom: attributes });
    const key = "EmailIdentityMailFromAttributes example.com";
    beforeEach(() => {
      cloud.create("EmailIdentityMailFromAttributes", "", {
        emailIdentity: "example.com",
        ...attributes,
      });
    });

    test.each(["", "mailFrom", "dkim,mailFrom,dmarc"])(
      "that is another than ours is refused, with existing: %j",
      async (existing) => {
        const config = { ...IMPORT, ...(existing && { existing }) };
        const { exitCode, log } = await stack.up(withConfig(config, world));
        expect(exitCode).not.toBe(0);
        expect(log.trim()).toBe(
          "SES has the MAIL FROM domain bounce.mail.example.com for example.com; keep it: pulumi " +
            "config set mailFrom bounce.mail; or change it: aws sesv2 " +
            "put-email-identity-mail-from-attributes --region eu-central-1 " +
            "--email-identity example.com --mail-from-domain bounce.example.com",
        );
        expect(stack.state.size).toBe(0);
        expect(cloud.things.get(key)).toMatchObject(attributes);
      },
    );

    test("keeps it, and what SES does without its MX record unless mailFromFailure says it", async () => {
      const named = { ...IMPORT, mailFrom: "bounce.mail" };
      await up(withConfig(named, world));
      expect(cloud.things.get(key)).toMatchObject(attributes);
      expect(cloud.names("Record")).toContain("Z1/bounce.mail.example.com/MX");
      await up(withConfig({ ...named, mailFromFailure: "use-default" }, world));
      expect(cloud.things.get(key)).toMatchObject({ behaviorOnMxFailure: "USE_DEFAULT_VALUE" });
    });
  });

  test("without DKIM is refused in one line with the command that turns it on", async () => {
    const world = aws({ dkim: { signingAttributesOrigin: "AWS_SES", status: "NOT_STARTED" } });
    const { exitCode, log } = await stack.up(withConfig(IMPORT, world));
    expect(exitCode).not.toBe(0);
    expect(log.trim()).toMatch(
      /^SES signs nothing for example\.com; turn Easy DKIM on: aws sesv2 put-email-identity-dkim-signing-attributes .*RSA_2048_BIT$/,
    );
    expect(stack.state.size).toBe(0);
    // It can also go on without DKIM.
    await up(withConfig({ ...IMPORT, existing: "dkim" }, world));
  });
});

describe("after a lost state", () => {
  const RECOVER = {
    identity: "import",
    existing: "configurationSets,mailFrom,dmarc",
    configurationSet: "product-dev",
    securityConfigurationSet: "product-dev-security",
  };

  test("an update as before stops, and changes nothing that was there", async () => {
    await upOnce();
    const there = new Map(cloud.things);
    stack.lose();
    const { exitCode, log } = await stack.up(ROUTE53);
    expect(exitCode).toBe(1);
    expect(log).toContain("AlreadyExistsException: ConfigurationSet product-dev");
    for (const [key, value] of there) expect(cloud.things.get(key), key).toEqual(value);
  });

  test("the identity and the sets are taken over, events flow anew, and the old key lives until it is deleted", async () => {
    await upOnce();
    const [identity, [user], [key]] = [
      cloud.things.get("EmailIdentity example.com"),
      cloud.names("User"),
      cloud.names("AccessKey"),
    ];
    stack.lose();
    await up(withConfig(RECOVER));
    expect(cloud.things.get("EmailIdentity example.com")).toEqual(identity);
    expect(cloud.names("ConfigurationSet")).toHaveLength(2);
    // Two for each set: the old stack's, and the new one's.
    expect(cloud.names("ConfigurationSetEventDestination")).toHaveLength(4);
    expect((await up(withConfig(RECOVER))).steps).toEqual([]);

    // The old user and its key are still there. Its tags show which stack made it.
    expect(cloud.names("User")).toContain(user);
    expect(cloud.names("AccessKey")).toContain(key);
    expect(cloud.things.get(`User ${user}`)?.tags).toMatchObject({
      stack: "dev",
      "managed-by": "pulumi",
    });
  });
});

describe("a provider's new major version", () => {
  test("finds every resource again: no URN has a version in it", async () => {
    await upOnce();
    expect([...stack.state.keys()].filter((urn) => /\d+\.\d+/.test(urn))).toEqual([]);
  });

  test("that renames a property updates in place: every resource stays, keys and queues too", async () => {
    await upOnce();
    const there = [...cloud.things.keys()];
    for (const known of stack.state.values()) {
      if (!known.type.endsWith(":Queue")) continue;
      const { sqsManagedSseEnabled, ...others } = known.inputs;
      known.inputs = { ...others, sseEnabled: sqsManagedSseEnabled };
    }
    const { steps } = await up(ROUTE53);
    expect(steps.sort()).toEqual([
      "update Queue product-dev-events",
      "update Queue product-dev-events-dead-letters",
    ]);
    expect([...cloud.things.keys()]).toEqual(there);
  });

  test("that would replace the identity is stopped by its protection, with everything still there", async () => {
    await upOnce();
    const there = cloud.things.size;
    cloud.fixedNow.set("EmailIdentity", "dkimSigningAttributes");
    for (const known of stack.state.values()) {
      if (known.type.endsWith(":EmailIdentity")) known.inputs.dkimSigningAttributes = { old: true };
    }
    const { exitCode, log } = await stack.up(ROUTE53);
    expect(exitCode).toBe(1);
    expect(log).toContain("unable to replace EmailIdentity product-dev: it is protected");
    expect(cloud.things.size).toBe(there);
  });
});
