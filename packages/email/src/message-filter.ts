import { type ClosedReason, type MessageState, type Outcome, Prisma } from "@repo/db";
import { parseAddress } from "./address.ts";
import { firstUuidAt } from "./uuid.ts";

/** Selects messages. A message must meet all conditions that are given. */
export interface MessageFilter {
  /** An address, in upper or lower case. */
  to?: string | undefined;
  template?: string | undefined;
  state?: MessageState | undefined;
  closedReason?: ClosedReason | undefined;
  outcome?: Outcome | undefined;
  /** Queued at this time or later. */
  since?: Date | undefined;
  /** Queued before this time. */
  until?: Date | undefined;
}

// In ms. An id contains the time by the clock of the process that made it. `created_at` is the time
// by PostgreSQL's clock, and decides. A range of ids, wider by this margin, narrows the search.
const CLOCK_MARGIN = 10 * 60_000;

/**
 * Turns a filter into conditions on `messages`. An index answers those in `indexed`; those in
 * `scanned` are checked row by row.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export function conditionsOf(filter: MessageFilter): {
  indexed: Prisma.Sql[];
  scanned: Prisma.Sql[];
} {
  const { to, template, state, closedReason, outcome, since, until } = filter;
  return {
    indexed: given([
      since && Prisma.sql`id >= ${idAt(since, -CLOCK_MARGIN)}::uuid`,
      until && Prisma.sql`id < ${idAt(until, CLOCK_MARGIN)}::uuid`,
      to !== undefined && Prisma.sql`to_key = ${parseAddress(to).key}`,
      state && Prisma.sql`state = ${state}::message_state`,
      closedReason && Prisma.sql`closed_reason = ${closedReason}::closed_reason`,
    ]),
    scanned: given([
      since && Prisma.sql`created_at >= ${since}`,
      until && Prisma.sql`created_at < ${until}`,
      template !== undefined && Prisma.sql`template = ${template}`,
      outcome && Prisma.sql`outcome = ${outcome}::outcome`,
    ]),
  };
}

/** The conditions joined by AND; true if there are none. */
export function allOf(conditions: Prisma.Sql[]): Prisma.Sql {
  return conditions.length > 0 ? Prisma.join(conditions, " AND ") : Prisma.sql`true`;
}

/** Leaves out the conditions that are not given. */
export function given(conditions: (Prisma.Sql | false | undefined)[]): Prisma.Sql[] {
  return conditions.filter((condition) => condition instanceof Prisma.Sql);
}

function idAt(time: Date, margin: number): string {
  return firstUuidAt(new Date(time.getTime() + margin));
}
