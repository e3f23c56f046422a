import type { Db } from "@repo/db";
import type { Brand } from "@repo/brand";
import type { Answers } from "./aws.ts";
import type { Zone } from "@repo/testing/dns-server";

/** What differs from `well.ts`. */
export interface State {
  env?: Record<string, string>;
  brand?: Partial<Brand>;
  aws?: Answers;
  /** What both DNS servers say; `own` is what only the domain's own server says. */
  dns?: Zone;
  own?: Zone;
  db?: (db: Db) => Promise<unknown>;
  database?: Error;
  /** Default: none is pending. */
  pending?: () => Promise<string[]>;
  setting?: string;
  to?: string;
  production?: boolean;
  answer?: number;
}

/** By what is broken: the state, and the first finding that is not ✓, with its next step. */
export type Broken = Record<string, [state: State, first: RegExp]>;
