import { type Finding, failed, warning } from "./finding.ts";

interface SdkError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/** Whether AWS says that the thing does not exist. */
export function isMissing(error: unknown): boolean {
  return /NotFound|NonExistentQueue|QueueDoesNotExist/.test((error as Error).name);
}

/** Whether the call got no answer at all. */
export function isUnreachable(error: unknown): boolean {
  const { name, code = "" } = error as SdkError;
  return /Timeout|AbortError/.test(name) || /^(?:E[A-Z]+|UND_ERR)/.test(code) || isUntrusted(error);
}

/**
 * Why AWS cannot be reached, in words for a person.
 *
 * @param host the host that was called, or the service
 */
export function explainUnreachable(error: unknown, host: string): { found: string; next: string } {
  const { name, code = name, message } = error as SdkError;
  // The address may be a proxy's.
  const why = message.startsWith("connect ") ? message : code;
  if (isUntrusted(error)) {
    return {
      found: `the certificate of ${host} is not trusted (${code}): a proxy or a firewall opens the connection`,
      next: "Set NODE_EXTRA_CA_CERTS to the file with the authority of your network, and restart web and the worker",
    };
  }
  return {
    found: `AWS does not answer at ${host} (${why})`,
    next: "Correct AWS_REGION, or allow HTTPS from this machine. Behind a proxy: NODE_USE_ENV_PROXY=1 and HTTPS_PROXY",
  };
}

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
function isUntrusted(error: unknown): boolean {
  return /CERT|SIGNATURE|SELF_SIGNED|TLS/.test((error as SdkError).code ?? "");
}

/** Whether the call may not be made. */
export function isDenied(error: unknown): boolean {
  const { name, $metadata } = error as SdkError;
  return /AccessDenied|AuthorizationError/.test(name) || $metadata?.httpStatusCode === 403;
}

/** Whether AWS answers nothing now, because there were too many calls. */
export function isThrottled(error: unknown): boolean {
  return /Throttl|TooManyRequests/.test((error as Error).name);
}

/** How the app gets another policy of infra, besides those that it has. */
export const addGrant = (policy: string) =>
  `With Pulumi, add ${policy} to grants (default: send,quota,events,erasure): pulumi -C infra config set grants …,${policy} && pnpm infra:up`;

/**
 * The finding when AWS has not answered a question.
 *
 * @param action the right that the call needs, such as `ses:GetAccount`
 */
export function refused(check: string, action: string, error: unknown): Finding {
  const { name, message } = error as SdkError;
  const service = action.split(":", 1)[0];
  if (isDenied(error)) {
    return warning(
      check,
      `cannot be checked: the credentials lack ${action}`,
      "Use your own: AWS_PROFILE=default pnpm email:doctor. " +
        `Or allow them ${action}. ${addGrant(/Suppress/.test(action) ? "suppression" : "doctor")}`,
    );
  }
  if (isUnreachable(error)) {
    const { found, next } = explainUnreachable(error, `${service} of AWS_REGION`);
    return failed(check, found, next);
  }
  if (isThrottled(error)) {
    return warning(check, "AWS limits these questions", "Wait a minute, then: pnpm email:doctor");
  }
  return failed(check, `AWS answers ${name}: ${message}`, "pnpm email:doctor");
}
