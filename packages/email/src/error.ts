import { AppError } from "@repo/errors";

/** What goes wrong with an email before it is on the wire. See `code`. */
export class EmailError extends AppError {}
