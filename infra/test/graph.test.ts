import { readFileSync } from "node:fs";
import { afterAll, describe, expect, inject, test } from "vitest";
import { ACCOUNT, SECRETS, aws } from "./aws.ts";
import { type Case, CASES } from "./cases.ts";
import { type Resource, type Run, UNKNOWN, plainStrings } from "./engine.ts";
import { draw } from "./graph.ts";
import { runCase } from "./runs.ts";
import { sharedProcess } from "./runtime.ts";

const runs = inject("runs");
const { runtime, stop } = sharedProcess();
afterAll(stop);

/** Everything that has to be there before it, at any distance. */
function before({ resources }: Run, resource: Resource): Set<string> {
  const found = new Set<string>();
  const visit = (urn: string) => {
    for (const next of resources.find((one) => one.urn === urn)?.dependencies ?? []) {
      if (!found.has(next)) visit(next);
      found.add(next);
    }
  };
  visit(resource.urn);
  return new Set([...found].map((urn) => urn.split("::").slice(2).join("::").split("$").at(-1)!));
}

const ofType = ({ resources }: Run, type: string) =>
  resources.filter((resource) => resource.type.endsWith(`:${type}`));

describe.each(Object.keys(CASES))("%s", (name) => {
  const { preview, up } = runs[name]!;

  test("runs to its end, in a preview and for real, without a word", () => {
    expect([preview.exitCode, up.exitCode]).toEqual([0, 0]);
    expect(preview.log.trim()).toBe("");
    expect(up.log.trim()).toBe("");
  });

  test("shows every resource in the preview", () => {
    const urns = (run: Run) => run.resources.map(({ urn }) => urn).sort();
    expect(urns(preview)).toEqual(urns(up));
    expect(new Set(urns(up)).size).toBe(up.resources.length);
  });

  test("has no secret in plain text in inputs, outputs or the log", () => {
    for (const run of [preview, up]) {
      const plain = [...plainStrings(run.wire.inputs), ...plainStrings(run.wire.outputs), run.log];
      for (const secret of Object.values(SECRETS)) {
        expect(plain.filter((text) => text.includes(secret))).toEqual([]);
      }
    }
    if (!up.outputs.roleArn) {
      expect(up.outputs.AWS_SECRET_ACCESS_KEY).toEqual({ secret: SECRETS.key });
      expect(up.outputs.SMTP_PASSWORD).toEqual({ secret: SECRETS.smtp });
    }
  });

  test("protects the identity, and the records that hold its keys", () => {
    for (const identity of ofType(up, "EmailIdentity")) expect(identity.protect).toBe(true);
    for (const record of [...ofType(up, "Record"), ...ofType(up, "DnsRecord")]) {
      expect(record.protect).toBe(record.name.includes("-dkim-"));
    }
  });

  test("knows nothing of open and click tracking", () => {
    const tracking = plainStrings(up.wire.inputs).filter((text) => /^(OPEN|CLICK)$/.test(text));
    expect(tracking).toEqual([]);
    for (const set of ofType(up, "ConfigurationSet")) {
      expect(set.inputs).not.toHaveProperty("trackingOptions");
      expect(set.inputs).not.toHaveProperty("vdmOptions");
    }
  });

  test("delivers over TLS alone, and security email no longer than its tokens live", () => {
    for (const { inputs, name: set } of ofType(up, "ConfigurationSet")) {
      const { tlsPolicy, maxDeliverySeconds } = inputs.deliveryOptions as Record<string, unknown>;
      expect(tlsPolicy).toBe("REQUIRE");
      if (set.endsWith("-security")) {
        expect(maxDeliverySeconds).toBeLessThanOrEqual(shortestToken() * 60);
      }
    }
  });

  test("turns events on, once SES may publish them", () => {
    const destinations = ofType(up, "ConfigurationSetEventDestination");
    expect(destinations).toHaveLength(2);
    for (const destination of destinations) {
      expect(destination.inputs.eventDestination).toMatchObject({ enabled: true });
      expect(before(up, destination)).toContain(
        "aws:sns/topicPolicy:TopicPolicy::sendoff-dev-events",
      );
    }
  });

  test("makes everything in the order that AWS needs", () => {
    for (const resource of ofType(up, "EmailIdentityMailFromAttributes")) {
      expect(before(up, resource)).toContain("aws:sesv2/emailIdentity:EmailIdentity::sendoff-dev");
    }
    for (const resource of ofType(up, "EmailIdentityFeedbackAttributes")) {
      expect(resource.inputs.emailForwardingEnabled).toBe(false);
      const events = "ConfigurationSetEventDestination::sendoff-dev-events";
      const earlier = [...before(up, resource)].filter((one) => one.includes(events));
      expect(earlier).toHaveLength(2);
      // And somebody takes them.
      expect([...before(up, resource)].join()).toContain("TopicSubscription::sendoff-dev-events");
    }
    for (const resource of ofType(up, "TopicSubscription")) {
      if (resource.inputs.protocol === "email") continue;
      const policies = [...before(up, resource)].filter((one) => one.includes(":QueuePolicy::"));
      expect(policies).toHaveLength(ofType(up, "Queue").length);
    }
    for (const resource of ofType(up, "EventSourceMapping")) {
      expect([...before(up, resource)].join()).toContain(":RolePolicyAttachment::");
    }
  });

  test("names every environment variable as the app does", () => {
    const example = readFileSync(new URL("../../.env.example", import.meta.url), "utf8");
    const known = [...example.matchAll(/^(?:# )?([A-Z_0-9]+)=/gm)].map(([, key]) => key);
    const keys = Object.keys(up.outputs).filter((key) => /^[A-Z]/.test(key));
    expect(keys.filter((key) => !known.includes(key))).toEqual([]);
    expect(keys).toContain("SES_EVENTS_TOPIC_ARN");
  });

  test("makes the graph of the snapshot", async () => {
    const lines = draw(up).replaceAll(ACCOUNT, "<account>");
    await expect(lines).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });
});

test("the preview knows what does not depend on AWS", () => {
  const { preview } = runs["manual-sqs-user"]!;
  const [identity] = ofType(preview, "EmailIdentity");
  expect(identity?.inputs.emailIdentity).toBe("example.com");
  const [send] = preview.resources.filter(({ name }) => name === "sendoff-dev-sender-send");
  expect(send?.inputs.policy).toContain("configuration-set/sendoff-dev-security");
  const [destination] = ofType(preview, "ConfigurationSetEventDestination");
  expect(JSON.stringify(destination?.inputs)).toContain(UNKNOWN);
});

describe("an SPF record that is there", () => {
  const apexOf = ({ resources }: Run) =>
    resources.find(({ name }) => name === "sendoff-dev-apex")?.inputs;

  test("keeps every other TXT value at Route 53, as it was", () => {
    expect(apexOf(runs["route53-apex-spf"]!.up)?.records).toEqual([
      "google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ",
      String.raw`a \"quoted\" word`,
      `${"k=rsa; p=".padEnd(255, "A")}""${"B".repeat(80)}`,
      "v=spf1 mx include:amazonses.com -all",
    ]);
  });

  test("is not changed by running it a second time", async () => {
    const config = { dns: "route53", zoneId: "Z1", apexSpf: "true" };
    const first = apexOf(runs["route53-apex-spf"]!.up)?.records as string[];
    const route53 = first.map((value) => `"${value.replaceAll('""', '" "')}"`);
    const second = await runCase({ config, world: aws({ route53 }) }, false, runtime);
    expect(apexOf(second)?.records).toEqual(first);
  });

  test("is our own, at Cloudflare, when it runs a second time", async () => {
    const content = '"v=spf1 include:amazonses.com ~all"';
    const comment = "Pulumi: sendoff-dev";
    const second = await runCase(
      {
        config: { dns: "cloudflare", zoneId: "c1", apexSpf: "true" },
        world: aws({ cloudflare: [{ name: "example.com", type: "TXT", content, comment }] }),
      },
      false,
      runtime,
    );
    expect(apexOf(second)?.content).toBe(content);
    expect(apexOf(runs["cloudflare-apex-spf"]!.up)?.content).toBe(content);
  });
});

// What stops the program: one line, which says what to do.
const STOPS: [string, Case, RegExp][] = [
  [
    "two SPF records",
    {
      config: { dns: "route53", zoneId: "Z1", apexSpf: "true" },
      world: aws({ route53: ['"v=spf1 mx -all"', '"v=spf1 a -all"'] }),
    },
    /^error: the SPF record of example\.com cannot be changed: .*pulumi config rm apexSpf$/,
  ],
  [
    "a redirect in DNS",
    { config: { apexSpf: "true" }, dns: { "example.com": ["v=spf1 redirect=_spf.example.org"] } },
    /^error: the SPF record of example\.com cannot be changed: .*redirect=.*pulumi config rm apexSpf$/,
  ],
  [
    "more than ten look-ups, most of them in what the record includes,",
    {
      config: { apexSpf: "true" },
      dns: {
        "example.com": ["v=spf1 include:a.example.net include:b.example.net mx -all"],
        "a.example.net": ["v=spf1 a mx include:b.example.net ~all"],
        "b.example.net": ["token", "v=spf1 exists:%{i}.example.net ptr ~all"],
      },
    },
    /^error: the SPF record of example\.com cannot be changed: receivers stop at 10 look-ups/,
  ],
  [
    "an SPF record at Cloudflare that somebody else made",
    {
      config: { dns: "cloudflare", zoneId: "c1", apexSpf: "true" },
      world: aws({
        cloudflare: [{ name: "example.com", type: "TXT", content: '"v=spf1 mx -all"' }],
      }),
    },
    /^error: example\.com has an SPF record .*change it to "v=spf1 mx include:amazonses\.com -all"/,
  ],
  [
    "a DMARC record at Cloudflare that somebody else made",
    {
      config: { dns: "cloudflare", zoneId: "c1" },
      world: aws({
        cloudflare: [{ name: "_dmarc.example.com", type: "TXT", content: '"v=DMARC1; p=reject"' }],
      }),
    },
    /^error: _dmarc\.example\.com has another TXT record .*pulumi config set existing dmarc/,
  ],
  [
    "a key that is wrong",
    { config: { events: "kinesis" } },
    /^error: sendoff:events must be one of sqs, https, lambda: pulumi config set events https$/,
  ],
];

test.each(STOPS)("%s stops the preview with one line", async (_, one, line) => {
  const { exitCode, log } = await runCase(one, true, runtime);
  expect(exitCode).not.toBe(0);
  expect(log.trim().split("\n")).toHaveLength(1);
  expect(`error: ${log.trim()}`).toMatch(line);
});

/** In minutes. infra imports nothing of the workspace, so the templates' schemas are read. */
function shortestToken(): number {
  const folder = new URL("../../packages/templates/src/emails/", import.meta.url);
  const minutes = ["password-reset", "verify-email"].map((email) => {
    const schema = readFileSync(new URL(`${email}/schema.ts`, folder), "utf8");
    const [, expression = ""] = /^\s*expiry: ([\d *]+),/m.exec(schema) ?? [];
    return expression.split("*").reduce((product, factor) => product * Number(factor), 1);
  });
  expect(minutes.every((value) => value > 0)).toBe(true);
  return Math.min(...minutes);
}
