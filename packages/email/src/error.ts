import { AppError } from "@repo/db/error";

/** What goes wrong with an email before it is on the wire. See `code`. */
export class EmailError extends AppError {}
