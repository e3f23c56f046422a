import { AppError } from "@repo/errors";

/** An error of this package. docs/errors.md explains each `code`. */
export class EmailError extends AppError {}
