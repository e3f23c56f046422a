// What the program registers, held against the declarations of the providers' own SDKs by the
// TypeScript compiler, and its constants against the enums of AWS's SDK.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as route53 from "@pulumi/aws/types/enums/route53/index.js";
import { ComparisonOperator, Statistic } from "@aws-sdk/client-cloudwatch";
import {
  BehaviorOnMxFailure,
  DkimSigningKeyLength,
  EventType,
  FeatureStatus,
  SuppressionListReason,
  TlsPolicy,
} from "@aws-sdk/client-sesv2";
import { expect, inject, test } from "vitest";
import { type Values, unwrap } from "./engine.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

interface Registered {
  type: string;
  inputs: Values;
}

const registered: Registered[] = [
  ...new Map(
    Object.values(inject("runs"))
      .flatMap(({ up }) => up.resources)
      // DigitalOcean's SDK is not installed (src/dns/digitalocean.ts).
      .filter(({ custom, type }) => custom && !type.startsWith("digitalocean:"))
      .map(({ type, inputs }) => [JSON.stringify([type, inputs]), { type, inputs }]),
  ).values(),
];

/** The inputs as a module that compiles if, and only if, each is what its resource takes. */
async function compile(resources: Registered[]): Promise<string> {
  const lines = resources.map(({ type, inputs }, index) => {
    // aws:sesv2/emailIdentity:EmailIdentity → @pulumi/aws/sesv2/emailIdentity.js
    const [provider, module = "", name] = type.split(":");
    const path = module.replace(/^index\//, "");
    return (
      `import type { ${name}Args as Args${index} } from "@pulumi/${provider}/${path}.js";\n` +
      `void (${JSON.stringify(unwrap(inputs))} satisfies Args${index}); // ${type}`
    );
  });
  const made = mkdtempSync(join(folder, "node_modules", ".types-"));
  try {
    writeFileSync(join(made, "inputs.ts"), lines.join("\n"));
    writeFileSync(
      join(made, "tsconfig.json"),
      JSON.stringify({ extends: "../../tsconfig.json", include: ["inputs.ts"] }),
    );
    const tsc = join(folder, "node_modules", "typescript", "bin", "tsc");
    await promisify(execFile)(process.execPath, [tsc, "--noEmit", "--pretty", "false", "-p", made]);
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    rmSync(made, { recursive: true });
  }
}

// The inputs that have a constant of AWS, and AWS's own list of constants. The providers' types say
// only "string".
const ENUMS: Record<string, Record<string, string>> = {
  "EmailIdentity.dkimSigningAttributes.nextSigningKeyLength": DkimSigningKeyLength,
  "EmailIdentityMailFromAttributes.behaviorOnMxFailure": BehaviorOnMxFailure,
  "ConfigurationSet.deliveryOptions.tlsPolicy": TlsPolicy,
  "ConfigurationSet.suppressionOptions.suppressedReasons": SuppressionListReason,
  "ConfigurationSet.vdmOptions.dashboardOptions.engagementMetrics": FeatureStatus,
  "ConfigurationSetEventDestination.eventDestination.matchingEventTypes": EventType,
  "MetricAlarm.comparisonOperator": ComparisonOperator,
  "MetricAlarm.statistic": Statistic,
  "Record.type": route53.RecordType,
  "DnsRecord.type": route53.RecordType,
};

/** Every string of the inputs, with the path to it: `ConfigurationSet.deliveryOptions.tlsPolicy`. */
function strings(value: unknown, path: string): { path: string; value: string }[] {
  if (typeof value === "string") return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((entry) => strings(entry, path));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) => strings(entry, `${path}.${key}`));
}

/** Constants that AWS's SDK does not have, and those whose input is not in the table. */
function wrongConstants(resources: Registered[]): string[] {
  return resources
    .flatMap(({ type, inputs }) => strings(unwrap(inputs), type.split(":").at(-1) ?? ""))
    .filter(({ path, value }) => {
      const allowed = ENUMS[path];
      return allowed
        ? !Object.values(allowed).includes(value)
        : /^[A-Z]+(_[A-Z0-9]+)*$/.test(value);
    })
    .map(({ path, value }) => `${path} = ${value}`);
}

test("every input is what the provider's declarations take", async () => {
  expect(new Set(registered.map(({ type }) => type)).size).toBeGreaterThan(18);
  expect(await compile(registered)).toBe("");
});

test("every constant is one of AWS's own", () => {
  expect(wrongConstants(registered)).toEqual([]);
  const used = registered.flatMap(({ type, inputs }) =>
    strings(inputs, type.split(":").at(-1) ?? "").map(({ path }) => path),
  );
  expect(Object.keys(ENUMS).filter((path) => !used.includes(path))).toEqual([]);
});

test("a wrong name, a wrong type and a wrong constant are found", async () => {
  const change = (type: string, from: string, to: string): Registered => {
    const found = registered.find((resource) => resource.type.endsWith(`:${type}`))!;
    const changed = JSON.stringify(found.inputs).replace(from, to);
    expect(changed).not.toBe(JSON.stringify(found.inputs));
    return { type: found.type, inputs: JSON.parse(changed) as Values };
  };
  const errors = await compile([
    change("ConfigurationSet", '"tlsPolicy"', '"tlsPolicies"'),
    change("Queue", '"visibilityTimeoutSeconds":60', '"visibilityTimeoutSeconds":"60"'),
    change("EmailIdentity", '"emailIdentity"', '"domain"'),
  ]);
  expect(errors.split("\n").filter((line) => line.includes("error TS"))).toHaveLength(3);
  expect(errors).toContain('"tlsPolicies"\' does not exist in type');
  expect(errors).toContain("Type 'string' is not assignable to type");

  expect(
    wrongConstants([
      change("ConfigurationSet", '"REQUIRE"', '"REQUIRED"'),
      change("ConfigurationSetEventDestination", '"REJECT"', '"REJECTED"'),
      change("EmailIdentity", '"RSA_2048_BIT"', '"RSA_2048"'),
    ]),
  ).toEqual([
    "ConfigurationSet.deliveryOptions.tlsPolicy = REQUIRED",
    "ConfigurationSetEventDestination.eventDestination.matchingEventTypes = REJECTED",
    "EmailIdentity.dkimSigningAttributes.nextSigningKeyLength = RSA_2048",
  ]);
});
