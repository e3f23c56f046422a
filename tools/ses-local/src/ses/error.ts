/**
 * An error answer of SES. The SDK chooses the class of its exception by `type`.
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
export class SesError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

export const badRequest = (message: string) => new SesError("BadRequestException", message);

export const sendingPaused = () =>
  new SesError(
    "SendingPausedException",
    "Sending paused for this account. For more information, please check the inbox of the email address associated with your AWS account.",
  );

/** @param identities mailboxes as they were given, because SES repeats them unchanged */
export const notVerified = (identities: string[], region: string) =>
  new SesError(
    "MessageRejected",
    "Email address is not verified. The following identities failed the check in region " +
      `${region.toUpperCase()}: ${identities.join(", ")}`,
  );

// Both limits have the same exception. Only the text differs.
export const rateExceeded = () =>
  new SesError("TooManyRequestsException", "Maximum sending rate exceeded.", 429);
export const quotaExceeded = () =>
  new SesError("TooManyRequestsException", "Daily message quota exceeded.", 429);

export const accessDenied = () =>
  new SesError(
    "AccessDeniedException",
    "User: arn:aws:iam::123456789012:user/ses-local is not authorized to perform: ses:SendEmail because no identity-based policy allows the ses:SendEmail action",
    403,
  );
