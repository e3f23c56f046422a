import type { Found, Stage } from "./attack.ts";
import { crowd, statuses } from "./crowd.ts";
import { type LogIn, logIn, makeAccounts, trustedBrowser } from "./people.ts";

// Wrong passwords per address, and one more every 90 s.
const WRONG = 10;
const MS_FOR_ONE_MORE = 90_000;

/** Strangers guess the password of one account, while its owner logs in from a trusted browser. */
export async function guessing({ target, size, stranger, person }: Stage): Promise<Found> {
  const { site } = target;
  const owner = "owner@guessing.example.com";
  await makeAccounts(target, owner);
  const browser = await trustedBrowser(site, person(0), owner);
  const guesses = size(1_000);
  const start = performance.now();
  let ownersLogIn: LogIn | undefined;
  const answers = await crowd(guesses, 50, async (i) => {
    if (i === Math.floor(guesses / 2)) ownersLogIn = await logIn(browser, owner);
    const fields = { email: owner, password: `guess number ${i}` };
    return site.ask({ ip: stranger(i), path: "/login", fields });
  });
  const most = WRONG + Math.ceil((performance.now() - start) / MS_FOR_ONE_MORE);
  const counts = statuses(answers);

  const weak = ["password", "12345678", " ".repeat(8), "weak@guessing.example.com"];
  const signUps = await crowd(weak.length, 1, (i) =>
    site.ask({
      ip: person(1),
      path: "/signup",
      fields: { name: "Sam", email: "weak@guessing.example.com", password: weak[i] ?? "" },
    }),
  );
  const accepted = signUps.filter(({ status }) => status !== 422).length;
  return {
    before: { guessesCompared: "all", weakPasswordsAccepted: weak.length },
    after: {
      guesses,
      guessesCompared: counts[401] ?? 0,
      answers: counts,
      ownersLogIn,
      weakPasswordsAccepted: accepted,
    },
    bars: {
      "ten guesses an address, then 429":
        (counts[401] ?? 0) <= most && onlyOf(counts, 401, 429, 503),
      "the owner is in, from a trusted browser": ownersLogIn?.isIn === true,
      "weak passwords are refused": accepted === 0,
    },
  };
}

function onlyOf(counts: Record<string, number>, ...allowed: number[]): boolean {
  return Object.keys(counts).every((status) => allowed.includes(Number(status)));
}
