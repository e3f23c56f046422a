import type { Db } from "@repo/db";
import type { Keys } from "@repo/email/keys";
import { type Use, giveBack, take } from "./bucket.ts";
import { type LimitKeys, createLimitKeys } from "./keys.ts";
import { LIMITS, type LimitName, type LimitPer } from "./limits.ts";

interface LimitsConfig {
  db: Db;
  /** AUTH_SECRET: the keys of the buckets' hashes. */
  secret: Keys;
  /** Multiplies every amount, for load tests. Default: 1. */
  scale?: number | undefined;
  /** Called with each answer of a limit. A point that is granted may be given back later. */
  onUse?: ((name: LimitName, isGranted: boolean) => void) | undefined;
}

/** Why and how a request is refused. */
export interface LimitRefusal<Name extends LimitName = LimitName> {
  /** The HTTP status: 429 if this client did too much, 503 if all clients together did. */
  status: 429 | 503;
  /** Whole seconds until all of `limits` have a point again. */
  retryAfter: number;
  /** For the log. */
  limits: Name[];
}

/** The result of taking several limits together. */
export interface TakenLimits<Name extends LimitName> {
  /** Undefined if no limit ends the request. */
  refusal: LimitRefusal<Name> | undefined;
  /** Whether this limit allows it. */
  granted(name: Name): boolean;
  /** Gives back points that were granted and not used, for example if the password was right. */
  giveBack(...names: Name[]): Promise<void>;
  /** Does what the points are for. If it fails, they come back, because it did not happen. */
  orGiveBack<T>(act: () => Promise<T>, ...names: Name[]): Promise<T>;
}

export type Limits = ReturnType<typeof createLimits>;

const MOST = 2 ** 31 - 1;

/**
 * Keeps `LIMITS` in PostgreSQL, for all processes together.
 *
 * A limit depends only on what was typed and who sent it. So it is taken before the look-up of an
 * account, and does not reveal whether there is one:
 *
 *     const taken = await limits.take(
 *       limits.client(ip),
 *       limits.mailbox("signUpMail", address.key),
 *       limits.signUpMailOfADay(quotaPerDay),
 *     );
 *     if (taken.refusal) throw …;
 *     if (taken.granted("signUpMail")) await enqueue(…);
 */
export function createLimits({ db, secret, scale = 1, onUse }: LimitsConfig) {
  const everyKey = secret.map((key) => createLimitKeys(key.secret));

  /**
   * Uses a bucket under each key, and needs a point of all of them. So the bucket of a new key is
   * as empty as that of the old key when the old key is removed: a rotation refills no bucket.
   */
  function use<Name extends LimitName>(
    name: Name,
    hashOf: (keys: LimitKeys) => Uint8Array | undefined,
    amount: number,
  ): Use<Name>[] {
    // A limit of 0 would always refuse. Above MOST it does not fit PostgreSQL's integer.
    const scaled = Math.min(Math.max(1, Math.floor(amount * scale)), MOST);
    return everyKey.flatMap((keys) => {
      const keyHash = hashOf(keys);
      return keyHash ? [{ name, keyHash, amount: scaled, minutes: LIMITS[name].minutes }] : [];
    });
  }

  return {
    /** Posts of a client, and of its network if it has one. @param ip Express's `req.ip` */
    client(ip: string | undefined): Use<"client" | "clientNetwork">[] {
      return [
        ...use("client", (keys) => keys.client(ip).client, LIMITS.client.amount),
        ...use("clientNetwork", (keys) => keys.client(ip).network, LIMITS.clientNetwork.amount),
      ];
    },

    /** Email to a mailbox. @param addressKey the `key` of `parseAddress` */
    mailbox<Name extends LimitPer<"mailbox">>(name: Name, addressKey: string): Use<Name>[] {
      return use(name, (keys) => keys.mailbox(name, addressKey), LIMITS[name].amount);
    },

    /** Attempts with an address. @param addressKey the `key` of `parseAddress` */
    address<Name extends LimitPer<"address">>(name: Name, addressKey: string): Use<Name>[] {
      return use(name, (keys) => keys.address(name, addressKey), LIMITS[name].amount);
    },

    /** What an account does. @param id of the account */
    account<Name extends LimitPer<"account">>(name: Name, id: string): Use<Name>[] {
      return use(name, (keys) => keys.raw(name, id), LIMITS[name].amount);
    },

    /** Attempts of a browser. @param id unique for browser and account */
    browser<Name extends LimitPer<"browser">>(name: Name, id: string): Use<Name>[] {
      return use(name, (keys) => keys.raw(name, id), LIMITS[name].amount);
    },

    /** Email of all sign-ups together. @param quotaPerDay SES's quota; null: unknown */
    signUpMailOfADay(quotaPerDay: number | null): Use<"signUpMailOfADay">[] {
      const { amount } = LIMITS.signUpMailOfADay;
      const name = "signUpMailOfADay";
      return use(name, (keys) => keys.raw(name, ""), amount(quotaPerDay));
    },

    /** Gives back uses that no longer count: those of an email that was not sent. */
    giveBack: (...uses: Use[][]): Promise<void> => giveBack(db, uses.flat()),

    /**
     * Takes one point of each limit, in one statement. Then it gives back the points that will not
     * be used: an email needs a point of each of its limits, and a refused request counts only as a
     * post. Otherwise repeated requests for one mailbox would use up the day's email.
     */
    async take<Name extends LimitName>(...uses: Use<Name>[][]): Promise<TakenLimits<Name>> {
      const asked = uses.flat();
      const taken = await take(db, asked);
      const granted = asked.filter((_, i) => taken[i]?.granted);
      const refused = asked.flatMap(({ name }, i) => {
        const answer = taken[i];
        return answer && !answer.granted ? [{ name, retryAfter: answer.retryAfter }] : [];
      });
      const refusal = endOf(refused);
      const noEmail = refused.some(({ name }) => LIMITS[name].counts === "emails");
      // A limit refuses if its bucket under any of the keys does.
      const refusedNames = new Set(refused.map(({ name }) => name));
      for (const name of new Set(asked.map((each) => each.name)))
        onUse?.(name, !refusedNames.has(name));
      const happens = ({ name }: Use<Name>) => {
        const { counts } = LIMITS[name];
        if (refusedNames.has(name)) return false;
        return counts === "posts" || !(refusal || (counts === "emails" && noEmail));
      };
      await giveBack(
        db,
        granted.filter((each) => !happens(each)),
      );
      let left = granted.filter(happens);
      const giveBackOf = async (...names: Name[]) => {
        const mine = left.filter(({ name }) => names.includes(name));
        // Only once: a second time would give back somebody else's point.
        left = left.filter(({ name }) => !names.includes(name));
        await giveBack(db, mine);
      };
      return {
        refusal,
        granted: (wanted) => left.some(({ name }) => name === wanted),
        giveBack: giveBackOf,
        async orGiveBack(act, ...names) {
          try {
            return await act();
          } catch (error) {
            await giveBackOf(...names);
            throw error;
          }
        },
      };
    },
  };
}

/** How the refused limits end the request; undefined if none of them does. */
function endOf<Name extends LimitName>(
  refused: { name: Name; retryAfter: number }[],
): LimitRefusal<Name> | undefined {
  const ending = refused.filter(({ name }) => typeof LIMITS[name].beyond === "number");
  if (ending.length === 0) return undefined;
  return {
    // A client's own limit comes before the limit of all.
    status: ending.some(({ name }) => LIMITS[name].beyond === 429) ? 429 : 503,
    retryAfter: Math.max(...ending.map(({ retryAfter }) => retryAfter)),
    limits: [...new Set(ending.map(({ name }) => name))],
  };
}
