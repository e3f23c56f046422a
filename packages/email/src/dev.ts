// For the apps' dev.ts alone.
import { EmailError } from "./error.ts";
import type { DevEnv, SnsFetch } from "./events/sns/fetch.ts";

/** An app's settings, and where SES is ses-local, SNS as ses-local plays it. */
export function withSesLocal<Env extends { AWS_ENDPOINT_URL_SESV2?: string | undefined }>(
  env: Env,
): Env & DevEnv {
  const sesLocal = env.AWS_ENDPOINT_URL_SESV2;
  return sesLocal === undefined ? env : { ...env, snsFetch: fetchFromSesLocal(sesLocal) };
}

/**
 * SNS as ses-local plays it: what SNS serves at https://sns.REGION.amazonaws.com/…, it serves at
 * /sns/…, so that all checks of a message are those of production.
 *
 * @param sesLocal its address, as AWS_ENDPOINT_URL_SESV2 has it
 * @throws EmailError `SNS_UNREACHABLE`, retryable
 */
export function fetchFromSesLocal(sesLocal: string): SnsFetch {
  return async ({ pathname, search }) => {
    const url = `${new URL(sesLocal).origin}/sns${pathname}${search}`;
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.text();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : "no answer";
      throw new EmailError(
        "SNS_UNREACHABLE",
        `ses-local did not answer at /sns${pathname} (${reason}). Start it with pnpm dev; it sends the message again.`,
        { retryable: true, cause },
      );
    }
  };
}
