import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { ACCOUNT, SECRETS } from "./aws.ts";
import { CASES } from "./cases.ts";
import { difference } from "./difference.ts";
import { type Run, UNKNOWN, plainStrings } from "./engine.ts";
import { before, ofType } from "./find.ts";
import { draw } from "./graph.ts";

const runs = inject("runs");
const BASE = "manual-sqs-user";

// Those of another stack have other names.
const NAMES = Object.keys(CASES).filter((name) => !CASES[name]!.stack);

describe.each(NAMES)("%s", (name) => {
  const { preview, up } = runs[name]!;

  test("runs to its end without a warning, in a preview and in an update", () => {
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

  test("protects what the app cannot send without: the identity, its keys' records, the sets", () => {
    for (const type of ["EmailIdentity", "ConfigurationSet"]) {
      for (const resource of ofType(up, type)) expect(resource.protect).toBe(true);
    }
    for (const record of [...ofType(up, "Record"), ...ofType(up, "DnsRecord")]) {
      expect(record.protect).toBe(record.name.includes("-dkim-"));
    }
  });

  test("tracks neither opens nor clicks", () => {
    const tracking = plainStrings(up.wire.inputs).filter((text) => /^(OPEN|CLICK)$/.test(text));
    expect(tracking).toEqual([]);
    for (const set of ofType(up, "ConfigurationSet")) {
      expect(set.inputs).not.toHaveProperty("trackingOptions");
      // Without this, the account's own setting decides.
      expect(set.inputs.vdmOptions).toEqual({
        dashboardOptions: { engagementMetrics: "DISABLED" },
      });
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
        "aws:sns/topicPolicy:TopicPolicy::product-dev-events",
      );
    }
  });

  test("makes everything in the order that AWS needs", () => {
    for (const resource of ofType(up, "EmailIdentityMailFromAttributes")) {
      expect(before(up, resource)).toContain("aws:sesv2/emailIdentity:EmailIdentity::product-dev");
    }
    for (const resource of ofType(up, "EmailIdentityFeedbackAttributes")) {
      expect(resource.inputs.emailForwardingEnabled).toBe(false);
      const events = "ConfigurationSetEventDestination::product-dev-events";
      const earlier = [...before(up, resource)].filter((one) => one.includes(events));
      expect(earlier).toHaveLength(2);
      // And the topic has a subscriber.
      expect([...before(up, resource)].join()).toContain("TopicSubscription::product-dev-events");
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

  test("makes the graph of its snapshot, which has only the differences from manual-sqs-user", async () => {
    const [lines, base] = [up, runs[BASE]!.up].map((run) =>
      draw(run).replaceAll(ACCOUNT, "<account>"),
    );
    const written = name === BASE ? lines! : difference(base!, lines!);
    await expect(written).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });
});

test("SES signs with keys of 2048 bits", () => {
  for (const { inputs } of ofType(runs[BASE]!.up, "EmailIdentity")) {
    expect(inputs.dkimSigningAttributes).toEqual({ nextSigningKeyLength: "RSA_2048_BIT" });
  }
});

test("mailFromFailure decides what SES does while the MX record is missing", () => {
  const does = (name: string) =>
    ofType(runs[name]!.up, "EmailIdentityMailFromAttributes").map(
      ({ inputs }) => inputs.behaviorOnMxFailure,
    );
  expect(does(BASE)).toEqual(["USE_DEFAULT_VALUE"]);
  expect(does("subdomain-strict")).toEqual(["REJECT_MESSAGE"]);
});

test("the app sends in the stack's region, by API and by SMTP", () => {
  expect(runs["subdomain-strict"]!.up.outputs).toMatchObject({
    AWS_REGION: "il-central-1",
    SMTP_HOST: "email-smtp.il-central-1.amazonaws.com",
  });
});

test("the preview knows what does not depend on AWS", () => {
  const { preview } = runs["manual-sqs-user"]!;
  const [identity] = ofType(preview, "EmailIdentity");
  expect(identity?.inputs.emailIdentity).toBe("example.com");
  const [send] = preview.resources.filter(({ name }) => name === "product-dev-sender-send");
  expect(send?.inputs.policy).toContain("configuration-set/product-dev-security");
  const [destination] = ofType(preview, "ConfigurationSetEventDestination");
  expect(JSON.stringify(destination?.inputs)).toContain(UNKNOWN);
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
