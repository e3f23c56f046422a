import { hash, parseOptions, verify } from "@node-rs/argon2";
import { type QueueLimits, type Load, type Place, createQueue } from "./queue.ts";
import { normalizePassword } from "./rules.ts";

/** The work of a hash (RFC 9106): memory in KiB, passes, lanes. */
export interface PasswordCost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

// OWASP's figures for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
// argon2id is the library's default algorithm.
const COST: PasswordCost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

// An unknown user's password is compared with this. Its salt and hash are zeros: finding a password
// for it is as hard as for any other hash.
const nobody = ({ memoryCost, timeCost, parallelism }: PasswordCost) =>
  `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}` +
  `$${"A".repeat(22)}$${"A".repeat(43)}`;

interface Verdict {
  /** Whether the password matches the hash. */
  matches: boolean;
  /** Whether the stored hash is cheaper to attack than a new one. If it matches, hash again. */
  outdated: boolean;
}

export interface Hasher {
  /**
   * @returns an encoded argon2id hash, salt and cost included
   * @throws AccountError `BUSY` when too many wait
   * @throws `place.signal.reason` when it aborts
   */
  hash(password: string, place: Place): Promise<string>;
  /**
   * Compares a password with a stored hash.
   *
   * @param hashed undefined for an unknown user: no match, after the same work
   * @throws AccountError `BUSY` when too many wait
   * @throws `place.signal.reason` when it aborts
   */
  verify(hashed: string | undefined, password: string, place: Place): Promise<Verdict>;
  /** How many passwords are being hashed and how many wait, for logs and health. */
  load(): Load;
}

/**
 * Hashes passwords in libuv's threads, a bounded number at a time
 * (docs/decisions/passwords.md).
 *
 * @param limits.atOnce half of libuv's threads, which are 4 unless UV_THREADPOOL_SIZE is set: the
 *   others are for DNS and files
 * @param limits.cost for tests. Default: OWASP's figures
 */
export function createHasher({
  atOnce = 2,
  waiting = 100,
  perClient = 4,
  cost = COST,
}: Partial<QueueLimits & { cost: PasswordCost }> = {}): Hasher {
  const unknown = nobody(cost);
  const queue = createQueue({ atOnce, waiting, perClient });
  // No signal goes to argon2: it would take the caller's `signal.onabort` away.
  return {
    hash: (password, place) => queue.run(() => hash(normalizePassword(password), cost), place),
    async verify(hashed, password, place) {
      const work = () => verify(hashed ?? unknown, normalizePassword(password));
      const same = await queue.run(work, place);
      if (hashed === undefined) return { matches: false, outdated: false };
      return { matches: same, outdated: isOutdated(hashed, cost) };
    },
    load: queue.load,
  };
}

function isOutdated(hashed: string, cost: PasswordCost): boolean {
  const { memoryCost, timeCost } = parseOptions(hashed);
  const cheaper = memoryCost < cost.memoryCost || timeCost < cost.timeCost;
  return cheaper || !hashed.startsWith("$argon2id$");
}
