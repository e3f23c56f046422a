import { SetupError } from "./error.ts";

/**
 * Settings that a stack may not output. Then they must be empty, so that the app does not get them
 * from elsewhere.
 */
const EMPTY = [
  // The stand-in's, which would come from .env.example.
  "AWS_ENDPOINT_URL_SESV2",
  "AWS_ENDPOINT_URL_SQS",
  // With a role there is no key: the SDK's chain finds the role.
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
];

/** Settings that may be left in the file from another stack. */
const STALE = ["AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "SES_EVENTS_QUEUE_URL"];
/** Those of SMTP, if they are SES's and not another provider's. */
const SMTP = ["SMTP_HOST", "SMTP_PORT", "SMTP_USERNAME", "SMTP_PASSWORD"];

/**
 * Reads the app's settings from the output of `pulumi stack output --json --show-secrets`. Outputs
 * in lower case are for people and are skipped.
 *
 * @param known the names of all settings
 * @param before the values in the file
 * @throws SetupError that names the setting but not its value
 */
export function settingsIn(
  json: string,
  known: ReadonlySet<string>,
  before: ReadonlyMap<string, string>,
): Map<string, string> {
  const outputs = Object.entries(parse(json)).filter(([name]) => /^[A-Z][A-Z0-9_]*$/.test(name));
  if (outputs.length === 0) {
    throw new SetupError("The stack has no outputs for the app yet. Run pnpm infra:up.");
  }
  const unknown = outputs.filter(([name]) => !known.has(name)).map(([name]) => name);
  if (unknown.length > 0) {
    throw new SetupError(
      `The stack's outputs have ${unknown.join(", ")}, and .env.example does not. ` +
        "Is it a stack of infra, of this version?",
    );
  }
  const settings = new Map(outputs.map(([name, value]) => [name, textOf(name, value)]));
  const stale = [
    ...STALE,
    ...(before.get("SMTP_HOST")?.endsWith(".amazonaws.com") ? SMTP : []),
    // The SDK would take the profile and not the key. Without a key, the role may come from it.
    ...(settings.has("AWS_ACCESS_KEY_ID") ? ["AWS_PROFILE"] : []),
  ];
  for (const name of [...EMPTY, ...stale.filter((one) => before.has(one))]) {
    if (!settings.has(name)) settings.set(name, "");
  }
  return settings;
}

function parse(json: string): object {
  if (json.trim() === "") throw new SetupError("Pulumi printed nothing. Its message is above.");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The message of JSON.parse quotes the text, which has secrets.
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new SetupError(
    "This is not the output of pulumi stack output --json --show-secrets, which is one JSON object.",
  );
}

function textOf(name: string, value: unknown): string {
  if (value === "[secret]") {
    throw new SetupError(`${name} is hidden. Use pulumi stack output --json --show-secrets.`);
  }
  if (typeof value !== "string" || /[\r\n\0]/.test(value)) {
    throw new SetupError(`${name} is not one line of text: Is it a stack of infra?`);
  }
  return value;
}
