import type { Found, Stage } from "./attack.ts";
import { until } from "../../until.ts";
import { NEW_PASSWORD, PASSWORD, linkOf, openBrowser } from "./people.ts";
import type { Target } from "./target.ts";

const STRANGERS = "the password of a stranger";

/**
 * Which link the owner uses: their own, the stranger's, or the stranger's without a sign-up of
 * their own.
 */
const VICTIMS = {
  newer: "newer@takeover.example.com",
  older: "older@takeover.example.com",
  alone: "alone@takeover.example.com",
};

/** A stranger signs up with somebody's address, and waits until they confirm it. */
export async function takeover({ target, stranger, person }: Stage): Promise<Found> {
  const { site } = target;
  let takenOver = 0;
  let owners = 0;
  for (const [way, email] of Object.entries(VICTIMS)) {
    const mallory = openBrowser(site, stranger(0));
    await mallory.post("/signup", { name: "Mallory", email, password: STRANGERS });
    const older = await linkOf(target, email, "verify-email");
    const owner = openBrowser(site, person(0));
    if (way !== "alone") await owner.post("/signup", { name: "Sam", email, password: PASSWORD });
    const token = (way === "newer" ? await secondLink(target, email) : older) ?? "";
    const pressed = await owner.post("/verify-email", {
      token,
      // Required if nobody signed up in this browser.
      ...(way === "alone" && { name: "Sam", password: NEW_PASSWORD }),
    });
    const account = await owner.get("/account");
    const own = way === "alone" ? NEW_PASSWORD : PASSWORD;
    const again = await openBrowser(site, person(1)).post("/login", { email, password: own });
    if (pressed.status === 303 && account.status === 200 && again.status === 303) owners++;

    const ways = [
      await mallory.post("/login", { email, password: STRANGERS }),
      await mallory.post("/verify-email", { token: older ?? "" }),
      await mallory.get("/account"),
    ];
    // A log-in redirects to /account. Without one, /account redirects to the form.
    const [tried, confirmed, looked] = ways.map(({ status }) => status);
    if (tried === 303 || confirmed === 303 || looked === 200) takenOver++;
  }
  return {
    before: { accountsTakenOver: 1, of: 1 },
    after: { accountsTakenOver: takenOver, of: Object.keys(VICTIMS).length, ownersIn: owners },
    bars: {
      "no stranger is in": takenOver === 0,
      "every owner is in, by the older button and the newer":
        owners === Object.keys(VICTIMS).length,
    },
  };
}

async function secondLink(target: Target, email: string) {
  const { stack } = target;
  const arrived = async () =>
    (await stack.ses.inbox({ to: email, template: "verify-email" })).length;
  await until("the second email", async () => (await arrived()) === 2);
  return linkOf(target, email, "verify-email");
}
