import { parseMailbox } from "./mailbox.ts";

// What answers must be: what infra and the apps demand. Each text completes "--option …".

export type Check = (answer: string) => string | undefined;

export const orEmpty =
  (check: Check): Check =>
  (answer) =>
    answer === "" ? undefined : check(answer);

const matches =
  (pattern: RegExp, problem: string): Check =>
  (answer) =>
    pattern.test(answer) ? undefined : problem;

export const isDomain = matches(
  /^(?=.{4,209}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?$/i,
  "must be a domain, like example.org (an international one in its xn-- form)",
);
export const isRegion = matches(
  /^[a-z]{2}(?:-[a-z]+)+-\d$/,
  "must be an AWS region, like eu-central-1",
);
const ADDRESS = /^[\w.+=-]+@[a-z0-9.-]+\.[a-z0-9-]+$/i;
export const isAddress = matches(ADDRESS, "must be an address, without a name");
export const isAddresses: Check = (answer) =>
  answer.split(",").every((one) => ADDRESS.test(one.trim()))
    ? undefined
    : "must be addresses, with commas between them";
export const isSender =
  (domain: string): Check =>
  (answer) =>
    parseMailbox(answer)?.domain === domain
      ? undefined
      : `must be an address of ${domain} (in lower case), or Name <address>`;
export const isOrigin: Check = (answer) => {
  const url = URL.canParse(answer) ? new URL(answer) : undefined;
  return url?.protocol === "https:" && url.href === `${url.origin}/`
    ? undefined
    : "must be an https:// address without a path";
};
export const isState = matches(
  /^(?:cloud|local|s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:[/?]\S*)?|https:\/\/\S+|file:\/\/\S*)$/,
  "must be s3://your-bucket, cloud or local",
);

/**
 * As `pulumi login` takes it.
 *
 * @param before the address that is written already: a bucket stays in its region
 */
export function stateUrl(state: string, region: string, before = ""): string {
  if (before.startsWith(`${state}?`)) return before;
  if (state === "cloud") return "https://api.pulumi.com";
  if (state === "local") return "file://~";
  return state.startsWith("s3:") && !state.includes("?") ? `${state}?region=${region}` : state;
}
