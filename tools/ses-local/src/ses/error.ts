/**
 * An error as SES answers it. The SDK builds its exception class from `type`.
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

export const rejected = (message: string) => new SesError("MessageRejected", message);
