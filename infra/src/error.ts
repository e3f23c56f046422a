import { RunError } from "@pulumi/pulumi";

/** Ends the program with this one line, which says what to set; Pulumi prints no stack of it. */
export class InfraError extends RunError {
  override name = "InfraError";
  // Pulumi still has Node.js format the stack, in colors, which takes seven seconds.
  override stack = "";
}
