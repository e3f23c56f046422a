import { AppError } from "@repo/errors";
import { explainCredentials } from "../doctor/credentials.ts";
import { isDenied, isUnreachable } from "../doctor/refused.ts";

/**
 * Why AWS has not answered a call, and what to do.
 *
 * @param action the right that the call needs, such as `ses:GetAccount`
 * @returns AppError `AWS_UNREACHABLE`, `AWS_CREDENTIALS`, `AWS_DENIED`, `AWS_BUSY`, `AWS_CONFLICT`,
 *   `AWS_REFUSED`
 */
export function explainCall(action: string, region: string, error: unknown): AppError {
  const { name, code, message } = error as Error & { code?: string };
  const cause = { cause: error };
  if (isUnreachable(error)) {
    return new AppError(
      "AWS_UNREACHABLE",
      `AWS does not answer in ${region} (${code ?? name}). Correct AWS_REGION, or allow HTTPS from this machine. If the command changes something, run it again to see whether that has happened.`,
      { ...cause, retryable: true },
    );
  }
  if (/Throttl|TooManyRequests/.test(name)) {
    return new AppError("AWS_BUSY", "AWS limits these calls. Wait a minute, and try again.", {
      ...cause,
      retryable: true,
    });
  }
  if (name === "ConflictException") {
    return new AppError(
      "AWS_CONFLICT",
      "AWS is already reviewing a change of the account. Wait for its answer by email.",
      cause,
    );
  }
  const refused = new AppError("AWS_REFUSED", `AWS answers ${name}: ${message}`, cause);
  // Its message may sound like one about credentials.
  if (name === "BadRequestException") return refused;
  const credentials = explainCredentials(error);
  if (credentials) {
    const { found, next } = credentials;
    return new AppError("AWS_CREDENTIALS", `AWS's credentials: ${found}. Next: ${next}`, cause);
  }
  if (isDenied(error)) {
    return new AppError(
      "AWS_DENIED",
      `These credentials lack ${action}. Use an administrator's (AWS_PROFILE), or allow it: infra/operator-policy.json has it.`,
      cause,
    );
  }
  return refused;
}
