import { startProgram } from "@repo/measure/program";
import { round } from "@repo/measure/statistics";
import type { HashOnly } from "./accounts/hash-only.ts";
import { PASSWORD, type Post, makeAccounts, openWeb, poster } from "./accounts/web.ts";
import { type Outcome, compare, paired } from "./result.ts";
import type { Setup } from "./setup.ts";

// Fewer than the queue for hashing holds (packages/accounts), so that none is refused.
const AT_ONCE = 32;
// The number of passwords that the app hashes at once: half of libuv's threads.
const THREADS = "2";

/** Compares sign-ups and log-ins to a server that only hashes. */
export async function signup(setup: Setup): Promise<Outcome> {
  const { runs, signUps } = setup.size;
  const url = await setup.postgres.createMigrated("signup");
  const web = await openWeb(url);
  let people = 0;
  const signUp = () =>
    web.post("/signup", { name: "Sam Sample", email: address(++people), password: PASSWORD });
  const owners = Array.from({ length: signUps }, (_, i) => owned(i));
  const like = await makeAccounts(url, web.post, owners);
  const other = await startProgram<HashOnly>(import.meta.resolve("./accounts/hash-only.ts"), {
    env: { UV_THREADPOOL_SIZE: THREADS },
  });
  const bare = poster(await other.call("listen", { like }));
  let owner = 0;
  const sides = {
    "sign-up": { post: signUp, status: 202 },
    "log-in": {
      post: () => web.post("/login", { email: owned(owner++ % signUps), password: PASSWORD }),
      status: 200,
    },
    bare: { post: () => bare.post("/", { password: PASSWORD }), status: 200 },
  };

  const results = [];
  for (const name of ["sign-up", "log-in"] as const) {
    const measure = (side: keyof typeof sides) => async () => {
      const { post, status } = sides[side];
      await setup.postgres.checkpoint();
      // Warm up connections and code.
      await rate(post, status, AT_ONCE);
      const found = await rate(post, status, signUps);
      setup.say(`  ${side} ${round(found)}/s`);
      return found;
    };
    const pairs = await paired(runs, measure(name), measure("bare"));
    results.push(compare("signup", `${name}s/s`, pairs, { atLeast: 0.85 }));
  }
  bare.close();
  await Promise.all([web.stop(), other.stop()]);
  await setup.postgres.drop("signup");
  return { results };
}

/** @returns answers a second */
async function rate(post: () => ReturnType<Post>, status: number, count: number): Promise<number> {
  let left = count;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) {
        const answer = await post();
        if (answer.status !== status) throw new Error(`${answer.status}: ${answer.body}`);
      }
    }),
  );
  return count / ((performance.now() - start) / 1000);
}

const address = (i: number) => `person${i}@example.com`;
const owned = (i: number) => `owner${i}@example.com`;
