/** What stops a command; its message is all that is printed, and holds no secret. */
export class SetupError extends Error {
  override name = "SetupError";
}
