import type { Outcome } from "../result.ts";
import type { Machine } from "./machine.ts";

/** What one benchmark found, and when. */
export interface Entry extends Outcome {
  /** ISO 8601, the day alone. */
  date: string;
  machine: Machine;
  /** Processes that wanted a core when it began. */
  load: number;
  seconds: number;
}

/** The last full-size run of each benchmark, by its name. */
export type Records = Record<string, Entry>;
