/** Stops a command. Only its message is printed, and it contains no secret. */
export class SetupError extends Error {
  override name = "SetupError";
}
