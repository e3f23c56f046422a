import { SetupError } from "./error.ts";

/** What a stack of infra may be silent about, and the app then must not have from elsewhere. */
const EMPTY = [
  // The stand-in's, which .env.example would put under this file.
  "AWS_ENDPOINT_URL_SESV2",
  "AWS_ENDPOINT_URL_SQS",
  // With a role there is no key: the SDK's chain finds the role's.
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
];

/** And what may be left in the file from another stack, or by hand. */
const STALE = ["AWS_SESSION_TOKEN", "SES_EVENTS_QUEUE_URL"];

/**
 * The settings of the app in what `pulumi stack output --json --show-secrets` prints. Outputs in
 * lower case are for people, and left out.
 *
 * @param known the settings that there are
 * @param set those that the file has a value for
 * @throws SetupError which names what is wrong, and no value
 */
export function settingsIn(
  json: string,
  known: ReadonlySet<string>,
  set: ReadonlySet<string>,
): Map<string, string> {
  const outputs = Object.entries(parse(json)).filter(([name]) => /^[A-Z][A-Z0-9_]*$/.test(name));
  if (outputs.length === 0) {
    throw new SetupError("The stack has no outputs for the app yet: pnpm infra:up");
  }
  const unknown = outputs.filter(([name]) => !known.has(name)).map(([name]) => name);
  if (unknown.length > 0) {
    throw new SetupError(
      `The stack's outputs have ${unknown.join(", ")}, and .env.example has not: ` +
        "is it a stack of infra, and of this version?",
    );
  }
  const settings = new Map(outputs.map(([name, value]) => [name, textOf(name, value)]));
  for (const name of [...EMPTY, ...STALE.filter((stale) => set.has(stale))]) {
    if (!settings.has(name)) settings.set(name, "");
  }
  return settings;
}

function parse(json: string): object {
  if (json.trim() === "") throw new SetupError("Nothing came from Pulumi; above is why.");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // What JSON.parse says quotes the text, and so a secret.
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new SetupError(
    "This is not what pulumi stack output --json --show-secrets prints: one object of JSON.",
  );
}

function textOf(name: string, value: unknown): string {
  if (value === "[secret]") {
    throw new SetupError(`${name} is hidden: pulumi stack output --json --show-secrets`);
  }
  if (typeof value !== "string" || /[\r\n\0]/.test(value)) {
    throw new SetupError(`${name} is no text of one line: is it a stack of infra?`);
  }
  return value;
}
