import { randomBytes } from "node:crypto";
import { seeded } from "@repo/measure/random";
import { median, round } from "@repo/measure/statistics";
import { auc } from "./accounts/classify.ts";
import { describeAnswer } from "./accounts/describe-answer.ts";
import { PASSWORD, logIn, makeAccounts, openWeb } from "./accounts/web.ts";
import { type Outcome, type Result, compare } from "./result.ts";
import type { Setup } from "./setup.ts";

/** The kinds of addresses. */
const KINDS = ["account", "unknown", "unconfirmed"] as const;
type Kind = (typeof KINDS)[number];

const PAIRS: [Kind, Kind][] = [
  ["account", "unknown"],
  ["unconfirmed", "unknown"],
  ["account", "unconfirmed"],
];

/**
 * The forms that a stranger posts with an address. Each address goes through each form once, in
 * this order.
 */
const FORMS = {
  "log-in": { path: "/login", more: { password: "not the right one at all" }, status: 401 },
  forgot: { path: "/forgot-password", more: {}, status: 202 },
  // By people with other accounts. They have just typed their password.
  "change of address": { path: "/settings/address", more: {}, status: 202 },
  "sign-up": { path: "/signup", more: { name: "Sam Sample", password: PASSWORD }, status: 202 },
};
type Form = keyof typeof FORMS;

const WAYS = ["one at a time", "21 at once"] as const;
type Way = (typeof WAYS)[number];
// 21 addresses at once: seven of each kind.
const EACH = 7;
// Rounds that do not count, because connections open and code compiles.
const WARM_UP = 3;
// After this time the samples so far are used.
const MINUTES = 14;
const BAR = 0.55;

/**
 * Measures whether an answer or its time reveals the kind of an address. The addresses come in
 * random order. The worker does not run, because its work could hide a difference.
 */
export async function oracle(setup: Setup): Promise<Outcome> {
  const { samples } = setup.size;
  const rounds = Math.ceil(samples / EACH) + WARM_UP;
  const url = await setup.postgres.createMigrated("oracle");
  const web = await openWeb(url);
  const accounts = Array.from({ length: rounds * EACH * WAYS.length }, newAddress);
  const askers = Array.from({ length: EACH * KINDS.length }, newAddress);
  await makeAccounts(url, web.post, [...accounts, ...askers]);
  const cookies = await logIn(web.post, askers);
  await setup.postgres.checkpoint();

  const random = seeded(1);
  const times = new Map<string, number[]>();
  const answers = new Map<Form, Set<string>>();
  // The unknown addresses of a round are signed up at its end.
  const signedUp: Record<Way, string[]> = { "one at a time": [], "21 at once": [] };
  const until = performance.now() + MINUTES * 60_000;
  let done = 0;
  for (; done < rounds && performance.now() < until; done++) {
    for (const way of WAYS) {
      const unknown = Array.from({ length: EACH }, newAddress);
      const addresses: Record<Kind, string[]> = {
        account: accounts.splice(0, EACH),
        unknown,
        unconfirmed: signedUp[way],
      };
      for (const form of Object.keys(FORMS) as Form[]) {
        const posts = shuffled(
          KINDS.flatMap((kind) => addresses[kind].map((email) => ({ kind, email }))),
          random,
        ).map(({ kind, email }, i) => async () => {
          const { path, more, status } = FORMS[form];
          const cookie = path.startsWith("/settings") ? cookies[i] : undefined;
          const answer = await web.post(path, { email, ...more }, cookie);
          if (answer.status !== status) throw new Error(`${answer.status}: ${answer.body}`);
          if (done < WARM_UP) return;
          add(times, `${form} ${way} ${kind}`, answer.ms);
          answers.set(form, (answers.get(form) ?? new Set()).add(describeAnswer(answer)));
        });
        if (way === "21 at once") await Promise.all(posts.map((send) => send()));
        else for (const send of posts) await send();
      }
      signedUp[way] = unknown;
    }
    if (done % 20 === 0) setup.say(`  round ${done} of ${rounds}`);
  }
  await web.stop();
  await setup.postgres.drop("oracle");

  const taken = (done - WARM_UP) * EACH;
  if (taken < samples) setup.say(`  ${MINUTES} minutes were over after ${taken} samples of each`);
  const of = (form: Form, way: Way, kind: Kind) => times.get(`${form} ${way} ${kind}`) ?? [];
  return {
    results: (Object.keys(FORMS) as Form[]).flatMap((form) => [
      compare(
        "oracle",
        `${form}: different answers`,
        { ours: [answers.get(form)?.size ?? Number.NaN], other: [1] },
        { atMost: 1 },
      ),
      ...WAYS.flatMap((way) =>
        PAIRS.map(([a, b]) =>
          tell(`${form}, ${way}: ${a} and ${b}, p50 ms`, of(form, way, a), of(form, way, b)),
        ),
      ),
    ]),
  };
}

function tell(metric: string, ours: number[], other: number[]): Result {
  const found = round(auc(ours, other));
  return {
    bench: "oracle",
    metric,
    ours: round(median(ours), 4),
    other: round(median(other), 4),
    ratio: round(median(ours) / median(other)),
    runs: ours.length,
    auc: found,
    bar: `auc <= ${BAR}`,
    met: found <= BAR,
  };
}

/** Random addresses of one length. */
function newAddress(): string {
  return `p${randomBytes(8).toString("hex")}@example.com`;
}

function shuffled<T>(values: T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function add(times: Map<string, number[]>, name: string, ms: number): void {
  times.set(name, [...(times.get(name) ?? []), ms]);
}
