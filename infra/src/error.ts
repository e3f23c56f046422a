import { RunError } from "@pulumi/pulumi";

/** Ends the program with this one line, which says what to set; Pulumi prints no stack of it. */
export class InfraError extends RunError {
  override name = "InfraError";
  // Pulumi makes Node.js format the stack, which takes seven seconds. So it is empty.
  override stack = "";
}
