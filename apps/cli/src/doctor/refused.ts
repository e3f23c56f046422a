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
  return /Timeout|AbortError/.test(name) || /^(?:E[A-Z]+|UND_ERR|CERT|SELF_SIGNED)/.test(code);
}

/** Whether the call may not be made. */
export function isDenied(error: unknown): boolean {
  const { name, $metadata } = error as SdkError;
  return /AccessDenied|AuthorizationError/.test(name) || $metadata?.httpStatusCode === 403;
}

/**
 * The finding when AWS has not answered a question.
 *
 * @param action the right that the call needs, such as `ses:GetAccount`
 */
export function refused(check: string, action: string, error: unknown): Finding {
  const { name, code, message } = error as SdkError;
  const service = action.split(":", 1)[0];
  if (isDenied(error)) {
    return warning(
      check,
      `cannot be checked: the credentials lack ${action}`,
      `Allow them ${action}. With Pulumi: cd infra && pulumi config set grants send,quota,events,suppression,doctor && pnpm -w infra:up`,
    );
  }
  if (isUnreachable(error)) {
    return failed(
      check,
      `AWS does not answer (${code ?? name})`,
      `Allow HTTPS from this machine to ${service} of AWS_REGION, then: pnpm email:doctor`,
    );
  }
  if (/Throttl|TooManyRequests/.test(name)) {
    return warning(check, "AWS limits these questions", "Wait a minute, then: pnpm email:doctor");
  }
  return failed(check, `AWS answers ${name}: ${message}`, "pnpm email:doctor");
}
