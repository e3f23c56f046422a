import { badRequest } from "./error.ts";

export type Tags = Record<string, string>;

/**
 * Checks message tags. There may be 50. Names and values have 1 to 256 of `[A-Za-z0-9_-]`. Only the
 * names of the two feedback-id tags contain a colon.
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
 * @throws SesError BadRequestException
 */
export function checkTags(tags: Iterable<[name: string, value: string]>): Tags {
  const checked = [...tags];
  if (checked.length > 50) throw badRequest("Number of tags exceeds 50.");
  for (const [name, value] of checked) {
    if (!/^ses:feedback-id-[ab]$/.test(name)) check("name", name);
    check("value", value);
  }
  // Not by assignment, which would lose a tag named __proto__.
  return Object.fromEntries(checked);
}

function check(part: "name" | "value", text: string): void {
  if (text === "") throw badRequest(`The tag ${part} must be specified.`);
  if (text.length > 256) throw badRequest(`Tag ${part} cannot exceed 256 characters.`);
  if (!/^[A-Za-z0-9_-]+$/.test(text)) {
    throw badRequest(
      `Invalid tag ${part} <${text}>: only alphanumeric ASCII characters, '_', and '-' are allowed.`,
    );
  }
}

/** Reads `X-SES-MESSAGE-TAGS: name1=value1, name2=value2`. */
export function parseTagsHeader(value: string): Tags {
  const pairs = value.split(",").map((pair): [string, string] => {
    const [name = "", ...rest] = pair.split("=");
    return [name.trim(), rest.join("=").trim()];
  });
  return checkTags(pairs);
}
