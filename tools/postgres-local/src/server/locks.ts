// Advisory locks in the embedded server's database `postgres`. The first number is ours
// ("sendoff" on a telephone's keys), the second tells them apart.

/** Held shared by everyone who uses the server; exclusively by the guard that stops it. */
export const USE_LOCK = "7363633, 1";

/** Held by the guard, whose connection is named `guard PID`. */
export const GUARD_LOCK = "7363633, 2";

/** What a guard tells the process that started it. */
export type GuardMessage =
  | { type: "progress"; step: string }
  | { type: "ready" }
  | { type: "error"; code: string; message: string };
