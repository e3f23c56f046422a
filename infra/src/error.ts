import { RunError } from "@pulumi/pulumi";

/** Ends the program with this one line, which says what to set; Pulumi prints no stack of it. */
export class InfraError extends RunError {
  override name = "InfraError";
  // All the same Pulumi has Node.js draw it, in colors, and spends seven seconds on it.
  override stack = "";
}
