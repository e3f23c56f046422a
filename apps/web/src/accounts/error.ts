import { AppError } from "@repo/db/error";

type AccountErrorCode =
  "INVALID_CREDENTIALS" | "EMAIL_NOT_VERIFIED" | "TOKEN_UNKNOWN" | "TOKEN_USED" | "TOKEN_EXPIRED";

/** Why an account service refuses. The message is written for the person who asked. */
export class AccountError extends AppError {
  declare readonly code: AccountErrorCode;

  constructor(code: AccountErrorCode, message: string) {
    super(code, message);
  }
}
