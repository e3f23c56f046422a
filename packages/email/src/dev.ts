// For the apps' dev.ts alone.
import type { SnsFetch } from "./events/sns/fetch.ts";

/**
 * SNS as ses-local plays it: what SNS serves at https://sns.REGION.amazonaws.com/…, it serves at
 * /sns/…, so that all checks of a message are those of production.
 *
 * @param sesLocal its address, as AWS_ENDPOINT_URL_SESV2 has it
 */
export function fetchFromSesLocal(sesLocal: string): SnsFetch {
  return async ({ pathname, search }) => {
    const url = `${new URL(sesLocal).origin}/sns${pathname}${search}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`ses-local answered ${response.status} at ${pathname}`);
    return await response.text();
  };
}
