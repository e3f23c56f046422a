import { AppError } from "@repo/errors";

/** Stops a command. Only its message is printed, and it contains no secret. */
export class SetupError extends AppError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super("SETUP_FAILED", message, options);
  }
}
