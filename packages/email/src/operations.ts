// What an operator sees and decides: how sending goes, the rates, pauses, the log of actions.
export { EmailError } from "./error.ts";
export type { Decision } from "./decision.ts";
export {
  ACTIONS,
  type ActionName,
  type ActionPage,
  type LoggedAction,
  type RecordedAction,
  listActions,
  recordAction,
} from "./operations/actions.ts";
export { type Notice, openAlerts, tellTroubles } from "./operations/alerts.ts";
export { TIME_BOUNDS } from "./operations/counts.ts";
export { inUtc } from "./operations/in-utc.ts";
export { pauseByRates } from "./operations/pause-by-rates.ts";
export { LOWEST_RATE, lowerRate, pauseSending, resumeSending } from "./operations/pause.ts";
export {
  type Hour,
  type NamedRates,
  type Period,
  type Rated,
  type Rates,
  readHours,
  readRates,
} from "./operations/rates.ts";
export { type Level, THRESHOLDS } from "./operations/thresholds.ts";
export type { AlertCause } from "./operations/troubles.ts";
export { findUnrendered } from "./operations/unrendered.ts";
export { type Cause, type Verdict, readVerdict } from "./operations/verdict.ts";
export type { LastError, Waiting } from "./operations/waiting.ts";
export { type Heartbeat, type WorkerStatus, createHeartbeat } from "./operations/workers.ts";
export type { Lowered, PauseScope, Paused, SendingStatus } from "./sending-status.ts";
export { withoutSecrets } from "./without-secrets.ts";
