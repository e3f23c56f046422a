// Shows that the tests notice faults: it puts one after the other into a copy of the program,
// without the snapshots, and expects the test that is named to fail. `pnpm --dir infra run faults
// [word]`, about ten seconds for each.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A fault: what is wrong, its file, the text there, the text to put there, and the test that fails. */
type Fault = [what: string, file: string, from: string, to: string, test: string];

// prettier-ignore
const FAULTS: Fault[] = [
  // The zone
  ["DKIM's host of a region is the shared one", "dns/regions.ts", "`dkim.${region}.amazonses.com`", "SHARED", "receiver: DKIM's target in"],
  ["DKIM points elsewhere", "dns/records.ts", "`${value}.${host}`", "`${value}.x.${host}`", "receiver: passes SPF, all three keys of DKIM, and DMARC"],
  ["the MX has another priority", "dns/records.ts", "priority: 10,", "priority: 20,", "receiver: has its bounces sent to SES"],
  ["the MX is of another region", "dns/records.ts", "smtp.${region}.", "smtp.us-east-1.", "receiver: has its bounces sent to SES"],
  ["MAIL FROM's SPF names somebody else", "dns/records.ts", "`v=spf1 ${SES_SPF} ~all`", '"v=spf1 include:example.net ~all"', "receiver: passes SPF"],
  ["DMARC's tags have another order", "dns/records.ts", '"v=DMARC1",\n    `p=${policy}`,', '`p=${policy}`,\n    "v=DMARC1",', "receiver: has DMARC's version first"],
  ["DMARC's policy is another", "dns/records.ts", "`p=${policy}`", '"p=none"', "receiver: fails DMARC where a stranger sends it, under the policy"],
  ["Route 53 gets a value in quotes", "dns/route53.ts", "quoted.slice(1, -1)", "quoted", "receiver: passes SPF"],
  ["DigitalOcean gets a host without its dot", "dns/digitalocean.ts", ": `${value}.`", ": value", "receiver: every DNS provider gets the same records"],
  ["a routing policy at Route 53 is not seen", "dns/route53.ts", "sets.some(({ setIdentifier }) => setIdentifier)", "false", "stops: TXT records with a routing policy"],
  ["records at Cloudflare are proxied", "dns/cloudflare.ts", "proxied: false", "proxied: true", "dns: are never proxied"],
  ["any record is overwritten", "dns/route53.ts", 'record.type === "CNAME" || record.set !== undefined', "true", "dns: overwrite nothing"],
  ["MAIL FROM is set before its records are there", "identity.ts", "dependsOn: args.mailFromBy", "dependsOn: []", "dns: are there before SES uses the MAIL FROM domain"],
  ["MAIL FROM never rejects", "identity.ts", '"REJECT_MESSAGE"', '"USE_DEFAULT_VALUE"', "graph: mailFromFailure decides"],
  ["the domain's own TXT values go with the stack", "dns/route53.ts", "retain: true", "retain: false", "life: keeps the TXT values of the domain itself"],
  ["an existing identity gets MAIL FROM's records", "../index.ts", 'settings.identity === "existing" || ', "", "dns: records that are there already"],
  ["a DMARC record is made beside an existing one", "../index.ts", 'existing.has("dmarc") ? [] : ', "", "dns: records that are there already"],
  ["DMARC's reports have no mailto:", "dns/records.ts", "rua=mailto:", "rua=", "dns: DMARC's reports go to an address by mailto:"],
  ["a stricter policy of a domain above is not looked at", "../index.ts", "await refuseWeakerDmarc(domain)", "void domain", "stops: a stricter DMARC policy of a domain above"],
  ["a CNAME in the way is not seen", "dns/conflicts.ts", ' || type === "CNAME"', "", "stops: a CNAME at Cloudflare"],
  // Events
  ["raw delivery is on", "events/subscriber.ts", "rawMessageDelivery: false", "rawMessageDelivery: true", "events: signs events with SHA256, and keeps the envelope"],
  ["bounces are not published", "events/topic.ts", '  "BOUNCE",\n', "", "events: publishes every event that packages/email knows"],
  ["event destinations are off", "events/topic.ts", "enabled: true", "enabled: false", "graph: turns events on"],
  ["events are signed with SHA1", "events/topic.ts", "signatureVersion: 2", "signatureVersion: 1", "events: signs events with SHA256"],
  ["an event is tried a thousand times", "events/queue.ts", "RECEIVES = 10", "RECEIVES = 1000", "events: puts what cannot be delivered"],
  ["the subscription has no dead-letter queue", "events/subscriber.ts", "redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: this.deadLetters.arn }),", "", "events: puts what cannot be delivered"],
  ["dead letters are kept for four days", "events/queue.ts", "args.retentionDays ?? 14", "args.retentionDays ?? 4", "events: puts what cannot be delivered"],
  ["a webhook is tried three times", "events/subscriber.ts", "numMaxDelayRetries: 8", "numMaxDelayRetries: 1", "events: a webhook that is down"],
  ["complaints are not suppressed", "configuration-sets.ts", '["BOUNCE", "COMPLAINT"]', '["BOUNCE"]', "events: suppresses addresses"],
  ["a metric has another name", "events/alarms.ts", "`Reputation.${metric}Rate`", "`${metric}Rate`", "events: goes off at the account's rate"],
  ["an alarm goes off ten times too late", "events/alarms.ts", "at: 0.0005", "at: 0.005", "events: complaint-0.05"],
  ["nobody is told that it is over", "events/alarms.ts", "okActions: [topic.arn],", "", "events: tell the address"],
  ["the worker reads a function's queue too", "outputs.ts", 'settings.events.to === "sqs" && events.queue', "events.queue", "events: the worker is told of a queue only if"],
  ["SMTP is of another region", "outputs.ts", "email-smtp.${settings.region}", "email-smtp.us-east-1", "graph: the app sends in the stack's region"],
  ["the account decides whether links are rewritten", "configuration-sets.ts", 'vdmOptions: { dashboardOptions: { engagementMetrics: "DISABLED" } },', "", "graph: tracks neither opens nor clicks"],
  // Who may do what
  ["anybody may assume the role", "policies.ts", "Principal: { Service: trust.principal }", 'Principal: "*"', "iam: may not be assumed by a user of another account"],
  ["a service may assume it for another account", "policies.ts", "Condition: { StringEqualsIfExists", "Condition: { StringNotEquals", "iam: may be assumed by the named service"],
  ["any subject of an issuer may assume it", "policies.ts", "...(!pattern && { [`${issuer}:sub`]: subject }),", "", "iam: may be assumed with a token of the named issuer"],
  ["the key may send as anybody of the domain's identity", "policies.ts", 'Condition: { StringLike: { "ses:FromAddress": from } },', "", "iam: narrowed: send from another address"],
  ["anybody may publish to the topic for SES", "policies.ts", 'StringEquals: { "AWS:SourceAccount": accountId },', "", "iam: SES: publish for another account"],
  ["another account's alarms may publish", "policies.ts", 'Condition: { StringEquals: { "aws:SourceAccount": accountId } },', "", "iam: may not another service, or CloudWatch for another account"],
  ["erasing at SES includes reading its list", "policies.ts", '["ses:DeleteSuppressedDestination"]', '["ses:DeleteSuppressedDestination", "ses:ListSuppressedDestinations"]', "iam: the app: list the addresses that SES suppresses"],
  ["policies in GovCloud name another partition", "account.ts", 'arn.split(":")[1] ?? "aws"', '"aws"', "iam: in GovCloud"],
  // A stack's life
  ["SES's keys have 1024 bits", "identity.ts", "RSA_2048_BIT", "RSA_1024_BIT", "graph: SES signs with keys of 2048 bits"],
  ["the identity is not protected", "identity.ts", "protect: true", "protect: false", "life: to another domain is stopped"],
  ["the configuration sets are not protected", "configuration-sets.ts", "protect: true", "protect: false", "life: is stopped before SES refuses every email"],
  ["an import replaces MAIL FROM", "identity.ts", "if (found.mailFromDomain !== mailFromDomain)", "if (!domain)", "life: that is another than ours is refused"],
  ["an imported identity is deleted with the stack", "identity.ts", "protect: true,\n        retainOnDelete: args.import ?? false,", "protect: true,", "life: and taking the stack down leaves it able to send"],
  ["an import changes the identity", "identity.ts", '"dkimSigningAttributes", ', "", "life: with Easy DKIM takes it over as it is"],
  ["DKIM is not looked at before an import", "identity.ts", "const origin = dkim", "if (dkim) return;\n  const origin = dkim", "life: with a DKIM key of one's own"],
  ["a key made by hand stops a destroy", "sender.ts", "forceDestroy: true, ", "", "life: is not stopped by an access key"],
  ["an event destination has a fixed name", "events/topic.ts", "eventDestinationName: topic.name", "eventDestinationName: name", "life: the identity and the sets are taken over"],
  ["a stack's name may be too long", "config/settings.ts", "{1,48}", "{1,60}", "names: a stack's name of one character more"],
];

const infra = path.join(import.meta.dirname, "..");
const root = mkdtempSync(path.join(tmpdir(), "faults-"));
const copy = path.join(root, "infra");
try {
  for (const name of ["packages", "tools", ".env.example", "tsconfig.base.json"]) {
    symlinkSync(path.join(infra, "..", name), path.join(root, name));
  }
  const left = [path.join(infra, "node_modules"), path.join(infra, "test/snapshots")];
  cpSync(infra, copy, { recursive: true, filter: (source) => !left.includes(source) });
  symlinkSync(path.join(infra, "node_modules"), path.join(copy, "node_modules"));

  const wanted = FAULTS.filter(([what]) => what.includes(process.argv[2] ?? ""));
  const missed = wanted.filter((fault) => !notices(fault));
  process.stdout.write(`${wanted.length - missed.length} of ${wanted.length} faults are noticed\n`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  rmSync(root, { recursive: true });
}

function notices([what, file, from, to, test]: Fault): boolean {
  const target = path.join(copy, "src", file);
  const source = readFileSync(target, "utf8");
  if (!source.includes(from)) throw new Error(`${what}: ${file} has no ${from} any more`);
  const [suite, ...title] = test.split(": ");
  const report = path.join(root, "report.json");
  writeFileSync(
    target,
    source.replace(from, () => to),
  );
  try {
    const vitest = path.join(infra, "node_modules/vitest/vitest.mjs");
    const options = ["run", `test/${suite}.test.ts`, "--reporter=json", `--outputFile=${report}`];
    spawnSync(process.execPath, [vitest, ...options], { cwd: copy });
    const failed = failures(readFileSync(report, "utf8"));
    const found = failed.find((name) => name.includes(title.join(": ")));
    process.stdout.write(
      `${found ? "noticed" : "MISSED "}  ${what}: ${found ?? failed.join("; ")}\n`,
    );
    return found !== undefined;
  } finally {
    writeFileSync(target, source);
    rmSync(report, { force: true });
  }
}

function failures(report: string): string[] {
  const { testResults } = JSON.parse(report) as {
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "failed")
    .map(({ fullName }) => fullName);
}
