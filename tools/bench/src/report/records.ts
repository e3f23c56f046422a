import type { Outcome } from "../result.ts";
import type { Machine } from "./machine.ts";

/** The results of one benchmark, with their date. */
export interface Entry extends Outcome {
  /** The day, in ISO 8601. */
  date: string;
  machine: Machine;
  /** The load average at the start. */
  load: number;
  seconds: number;
}

/** The last full-size run of each benchmark, by its name. */
export type Records = Record<string, Entry>;
