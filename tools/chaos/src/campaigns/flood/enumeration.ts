import type { Found, Stage } from "./attack.ts";
import { type Browser, makeAccounts, openBrowser } from "./people.ts";
import type { Answer } from "@repo/measure/site";

const STRANGERS = "the password of a stranger";

/** Everything that a stranger can do with an address, in this order, in one browser. */
const STEPS: [
  string,
  (browser: Browser, email: string, as: { json: boolean }) => Promise<Answer>,
][] = [
  [
    "sign up",
    (browser, email, as) =>
      browser.post("/signup", { name: "Sam", email, password: STRANGERS }, as),
  ],
  [
    "log in with it",
    (browser, email, as) => browser.post("/login", { email, password: STRANGERS }, as),
  ],
  ["look at the sign-up", (browser) => browser.get("/signup/sent")],
  ["the email again", (browser, _email, as) => browser.post("/signup/resend", {}, as)],
  ["forgot", (browser, email, as) => browser.post("/forgot-password", { email }, as)],
  ["look again", (browser) => browser.get("/signup/sent")],
];

/** A stranger compares the answers for an address with an account and one without. */
export async function enumeration({ target, say, stranger }: Stage): Promise<Found> {
  const known = "known@enumeration.example.com";
  await makeAccounts(target, known);
  let compared = 0;
  const different: string[] = [];
  for (const json of [false, true]) {
    const browsers = [known, known.replace("known", "other")].map((email, i) => ({
      email,
      browser: openBrowser(target.site, stranger(i + 2 * Number(json))),
    }));
    for (const [step, take] of STEPS) {
      const seen = [];
      for (const { email, browser } of browsers)
        seen.push(described(await take(browser, email, { json }), email));
      compared++;
      // Two failures would be equal too.
      if (seen[0] === seen[1] && !seen[0]?.startsWith("5")) continue;
      different.push(`${step}${json ? ", JSON" : ""}`);
      say(`${step}:\n${seen.join("\n--- and ---\n")}`);
    }
  }
  return {
    before: { different: ["log in with it"] },
    after: { different, compared },
    bars: { "the answers are alike: status, body, headers": different.length === 0 },
  };
}

/** An answer without the address and without random values. */
function described({ status, headers, body }: Answer, email: string): string {
  const kept = headers
    .filter(([name]) => !/^(?:date|etag|x-request-id)$/.test(name))
    .map(([name, value]) => `${name}: ${value.replace(/=[\w-]{43}|Expires=[^;]*/g, "…")}`);
  return [status, ...kept, body]
    .join("\n")
    .replaceAll(email, "ADDRESS")
    .replace(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, "ID");
}
