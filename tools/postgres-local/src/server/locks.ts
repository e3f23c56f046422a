// Advisory locks in the embedded server's database `postgres`. The first number is for this
// project, the second for the lock.

/** Every user of the server holds it shared. The guard takes it exclusively to stop the server. */
export const USE_LOCK = "7363633, 1";

/** The guard holds it. Its connection is named `guard PID`. */
export const GUARD_LOCK = "7363633, 2";

/** Messages of a guard to the process that started it. */
export type GuardMessage =
  | { type: "progress"; step: string }
  | { type: "ready" }
  | { type: "error"; code: string; message: string };
