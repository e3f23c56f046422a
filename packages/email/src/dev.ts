// Only the apps' dev.ts may import this.
import { EmailError } from "./error.ts";
import type { DevEnv, SnsFetch } from "./events/sns/fetch.ts";

/** Adds `snsFetch` to an app's settings if they name ses-local. */
export function withSesLocal<Env extends { AWS_ENDPOINT_URL_SESV2?: string | undefined }>(
  env: Env,
): Env & DevEnv {
  const sesLocal = env.AWS_ENDPOINT_URL_SESV2;
  return sesLocal === undefined ? env : { ...env, snsFetch: fetchFromSesLocal(sesLocal) };
}

/**
 * Asks ses-local in place of SNS. What SNS serves at https://sns.REGION.amazonaws.com/…, ses-local
 * serves at /sns/…, so that a message passes the same checks as in production.
 *
 * @param sesLocal the value of AWS_ENDPOINT_URL_SESV2
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
