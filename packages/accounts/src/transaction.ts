import { type Db, Prisma, type Tx } from "@repo/db";
import { AccountError } from "./errors.ts";

/**
 * Runs in one transaction: all of it commits, or none.
 *
 * @throws AccountError `BUSY` if the database has no connection or no time for it
 */
export async function inTransaction<T>(db: Db, run: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await db.$transaction(run, { maxWait: 5_000, timeout: 10_000 });
  } catch (error) {
    // P2028: the transaction did not start or did not end in time.
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2028")
      throw new AccountError("BUSY", { retryAfter: 5, cause: error });
    throw error;
  }
}
