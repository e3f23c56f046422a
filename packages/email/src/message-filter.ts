import { type ClosedReason, type MessageState, type Outcome, Prisma } from "@repo/db";
import { parseAddress } from "./address.ts";
import { firstUuidAt } from "./uuid.ts";

/** Which messages; all that are given must hold. */
export interface MessageFilter {
  /** An address, in any spelling that reaches the same mailbox. */
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

// An id holds the time of the process that made it, `created_at` that at which its transaction
// began, by PostgreSQL's clock: ids narrow the walk, `created_at` decides. In ms.
const CLOCK_MARGIN = 10 * 60_000;

/**
 * The filter as conditions on rows of `messages`: those that an index answers, and those for which
 * each row is looked at.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export function conditionsOf(filter: MessageFilter): {
  indexed: Prisma.Sql[];
  walked: Prisma.Sql[];
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
    walked: given([
      since && Prisma.sql`created_at >= ${since}`,
      until && Prisma.sql`created_at < ${until}`,
      template !== undefined && Prisma.sql`template = ${template}`,
      outcome && Prisma.sql`outcome = ${outcome}::outcome`,
    ]),
  };
}

/** All of them hold; true where there are none. */
export function all(conditions: Prisma.Sql[]): Prisma.Sql {
  return conditions.length > 0 ? Prisma.join(conditions, " AND ") : Prisma.sql`true`;
}

function given(conditions: (Prisma.Sql | false | undefined)[]): Prisma.Sql[] {
  return conditions.filter((condition) => condition instanceof Prisma.Sql);
}

function idAt(time: Date, margin: number): string {
  return firstUuidAt(new Date(time.getTime() + margin));
}
