import type { Db } from "@repo/db";
import { type Use, giveBack, take } from "./bucket.ts";
import { createLimitKeys } from "./keys.ts";
import { LIMITS, type LimitName, type LimitPer } from "./limits.ts";

interface LimitsConfig {
  db: Db;
  /** AUTH_SECRET: the key of the hashes by which buckets are found. */
  secret: string;
  /** Multiplies every amount: for load tests. 1 by default. */
  scale?: number;
}

/** How a request ends. */
export interface Refusal<Name extends LimitName = LimitName> {
  /** HTTP's: 429 where somebody has done too much, 503 where all have together. */
  status: 429 | 503;
  /** Whole seconds until all of `limits` grant one. */
  retryAfter: number;
  /** For the log. */
  limits: Name[];
}

/** What became of the limits that were taken together. */
export interface TakenLimits<Name extends LimitName> {
  /** Undefined while no limit ends the request. */
  refusal: Refusal<Name> | undefined;
  /** Whether this may happen. */
  granted(name: Name): boolean;
  /** For what was granted and then did not happen: a wrong password that was right. */
  giveBack(...names: Name[]): Promise<void>;
}

export type Limits = ReturnType<typeof createLimits>;

const MOST = 2 ** 31 - 1;

/**
 * Who may do how much: `LIMITS`, in PostgreSQL, for all processes together.
 *
 * Every limit is about what was typed or who sent it, so it is taken before anyone looks an
 * account up, and tells nobody whether there is one:
 *
 *     const taken = await limits.take(
 *       limits.client(ip),
 *       limits.mailbox("signUpMail", address.key),
 *       limits.signUpMailOfADay(quotaPerDay),
 *     );
 *     if (taken.refusal) throw …;
 *     if (taken.granted("signUpMail")) await enqueue(…);
 */
export function createLimits({ db, secret, scale = 1 }: LimitsConfig) {
  const keys = createLimitKeys(secret);

  function use<Name extends LimitName>(name: Name, keyHash: Uint8Array, amount: number): Use<Name> {
    // A limit of nothing would be refused for ever; beyond the most, PostgreSQL has no integer.
    const scaled = Math.min(Math.max(1, Math.floor(amount * scale)), MOST);
    return { name, keyHash, amount: scaled, minutes: LIMITS[name].minutes };
  }

  return {
    /** Posts of a client, and of its network where it has one. @param ip as Express has it */
    client(ip: string | undefined): Use<"client" | "clientNetwork">[] {
      const { client, network } = keys.client(ip);
      return [
        use("client", client, LIMITS.client.amount),
        ...(network ? [use("clientNetwork", network, LIMITS.clientNetwork.amount)] : []),
      ];
    },

    /** Email to a mailbox. @param addressKey the `key` of `parseAddress` */
    mailbox<Name extends LimitPer<"mailbox">>(name: Name, addressKey: string): Use<Name> {
      return use(name, keys.mailbox(name, addressKey), LIMITS[name].amount);
    },

    /** What is tried with an address. @param addressKey the `key` of `parseAddress` */
    address<Name extends LimitPer<"address">>(name: Name, addressKey: string): Use<Name> {
      return use(name, keys.address(name, addressKey), LIMITS[name].amount);
    },

    /** What a browser does. @param id what tells it from every other, for this account */
    browser<Name extends LimitPer<"browser">>(name: Name, id: string): Use<Name> {
      return use(name, keys.raw(name, id), LIMITS[name].amount);
    },

    /** Email of all sign-ups together. @param quotaPerDay SES's; null where it is not known */
    signUpMailOfADay(quotaPerDay: number | null): Use<"signUpMailOfADay"> {
      const { amount } = LIMITS.signUpMailOfADay;
      return use("signUpMailOfADay", keys.raw("signUpMailOfADay", ""), amount(quotaPerDay));
    },

    /** For what came to an end early: a link that was redeemed is no email that still counts. */
    giveBack: (...uses: Use[]): Promise<void> => giveBack(db, uses),

    /**
     * Takes one of each, at once. What cannot happen does not count: an email needs all of its
     * limits, and a request that ends has only been posted. Otherwise repeated
     * requests for one mailbox would use up the email of a day.
     */
    async take<Name extends LimitName>(
      ...uses: (Use<Name> | Use<Name>[])[]
    ): Promise<TakenLimits<Name>> {
      const all = uses.flat();
      const taken = await take(db, all);
      const granted = all.filter((_, i) => taken[i]?.granted);
      const refused = all.flatMap(({ name }, i) => {
        const answer = taken[i];
        return answer && !answer.granted ? [{ name, retryAfter: answer.retryAfter }] : [];
      });
      const refusal = endOf(refused);
      const noEmail = refused.some(({ name }) => LIMITS[name].counts === "emails");
      const happens = ({ name }: Use<Name>) => {
        const { counts } = LIMITS[name];
        return counts === "posts" || !(refusal || (counts === "emails" && noEmail));
      };
      await giveBack(
        db,
        granted.filter((each) => !happens(each)),
      );
      const left = new Map(granted.filter(happens).map((each) => [each.name, each]));
      return {
        refusal,
        granted: (name) => left.has(name),
        async giveBack(...names) {
          const mine = names.flatMap((name) => left.get(name) ?? []);
          // Once: the second time it would be somebody else's.
          for (const name of names) left.delete(name);
          await giveBack(db, mine);
        },
      };
    },
  };
}

/** How the limits that were refused end the request; undefined where none of them does. */
function endOf<Name extends LimitName>(
  refused: { name: Name; retryAfter: number }[],
): Refusal<Name> | undefined {
  const ending = refused.filter(({ name }) => typeof LIMITS[name].beyond === "number");
  if (ending.length === 0) return undefined;
  return {
    // Who has done too much is told so, whatever all have done.
    status: ending.some(({ name }) => LIMITS[name].beyond === 429) ? 429 : 503,
    retryAfter: Math.max(...ending.map(({ retryAfter }) => retryAfter)),
    limits: ending.map(({ name }) => name),
  };
}
