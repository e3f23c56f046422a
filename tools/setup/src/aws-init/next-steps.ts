import type { Answers } from "./answers.ts";

type Step = [what: string, ...commands: string[]];

/** What comes after the command: steps with their commands. */
export function nextSteps(
  { dns, region, runs, state, tester }: Answers,
  { stack, envFile, isNew }: { stack: string; envFile: string; isNew: boolean },
): string {
  // Pulumi would take the stack that was selected last.
  const ofStack = `--stack ${stack}`;
  const options = [ofStack, ...(envFile === ".env" ? [] : [`--file ${envFile}`])];
  const token = TOKENS[dns];
  const steps: Step[] = [
    ...(isNew ? newStack(state, region, stack) : []),
    ...(token ? [[`Set ${token} to a token that may edit the zone.`] satisfies Step] : []),
    [
      "Make the AWS resources. Read the preview first:",
      `pnpm infra:preview ${ofStack}`,
      `pnpm infra:up ${ofStack}`,
    ],
    ...(dns === "manual"
      ? [
          [
            "Enter the DNS records (infra/dns.md says how):",
            "cd infra",
            `pulumi stack output dnsRecords ${ofStack}`,
            "cd ..",
          ] satisfies Step,
        ]
      : []),
    ...tester
      .split(",")
      .filter(Boolean)
      .map((one): Step => {
        const identity = `--region ${region} --email-identity ${one.trim()}`;
        return [
          `Open the link that AWS sends to ${one.trim()}:`,
          `aws sesv2 create-email-identity ${identity}`,
        ];
      }),
    ["Write the stack's settings and keys:", ["pnpm aws:env", ...options].join(" ")],
    ...(envFile === ".env"
      ? []
      : [
          [
            `Add the other settings of production to ${envFile}: docs/production.md lists them.`,
          ] satisfies Step,
          [
            "Load the file into this shell, for all that follows:",
            `set -a && . ./${envFile} && set +a`,
          ] satisfies Step,
        ]),
    [
      "Wait for SES, and check each link of the chain. The app itself may not read all, so name your profile:",
      "AWS_PROFILE=default pnpm email:doctor --wait",
    ],
    [
      "Leave the sandbox, and look at the plan:",
      "AWS_PROFILE=default pnpm aws:production-access",
      "AWS_PROFILE=default pnpm aws:plan",
    ],
    [`Deploy: docs/production.md${runs === "ecs" ? ", docs/deploy-ecs.md" : ""}`],
  ];
  return [
    "Next:",
    ...steps.flatMap(([what, ...commands], i) => [
      `${String(i + 1).padStart(3)}. ${what}`,
      ...commands.map((command) => `       ${command}`),
    ]),
  ].join("\n");
}

function newStack(state: string, region: string, stack: string): Step[] {
  const inBucket = state.startsWith("s3:");
  // The bucket and its key serve all stacks, also those that send from another region.
  const home = inBucket ? (new URL(state).searchParams.get("region") ?? region) : "";
  const secrets = inBucket ? ` --secrets-provider='awskms://alias/pulumi?region=${home}'` : "";
  return [
    ...(inBucket
      ? [
          [
            "Make the bucket and the key, if there are none: step 1 of infra/README.md",
          ] satisfies Step,
        ]
      : []),
    [
      "Make the stack. If pulumi is not installed, run pnpm --dir infra install, and write npx pulumi:",
      "cd infra",
      "pulumi login",
      `pulumi stack init ${stack}${secrets}`,
      "cd ..",
    ],
  ];
}

const TOKENS: Partial<Record<Answers["dns"], string>> = {
  cloudflare: "CLOUDFLARE_API_TOKEN",
  digitalocean: "DIGITALOCEAN_TOKEN",
};
