import type { Found, Stage } from "./attack.ts";
import { crowd, during, statuses } from "./crowd.ts";
import { NEW_PASSWORD, linkOf, logIn, makeAccounts, openBrowser } from "./people.ts";
import { type Target, quiet } from "./target.ts";

const STRANGERS = "the password of a stranger";
// The limit of each kind: sign-up, and new password.
const EMAILS = 3;
const CLIENTS = 1_000;

/** One client causes emails to a mailbox, and many clients ask for links to a new password. */
export async function mailbox(stage: Stage): Promise<Found> {
  const { target, size, say } = stage;
  const [first, second, third] = [
    "first@mailbox.example.com",
    "second@mailbox.example.com",
    "third@mailbox.example.com",
  ] as const;
  await makeAccounts(target, first, second, third);
  const oneClient = await byOneClient(stage, first);
  say(`one client: ${JSON.stringify(oneClient)}`);
  const clients = size(CLIENTS);
  const sameWord = await byManyClients(stage, second, 0, () => second);
  say(`${clients} clients: ${JSON.stringify(sameWord)}`);
  const spelled = await byManyClients(stage, third, 1, (i) => third.replace("@", `+${i}@`));
  return {
    before: { emailsInAMinute: 732, liveLinks: 4_011 },
    after: { ...oneClient, clients, ownersReset: sameWord, otherwiseSpelled: spelled },
    bars: {
      "one mailbox gets three emails of a kind":
        oneClient.emailsInAMinute <= 2 * EMAILS && sameWord.emails <= EMAILS,
      "three live links for one user": Math.max(oneClient.liveLinks, sameWord.liveLinks) <= EMAILS,
      "the owner completes a reset in the middle": sameWord.ownerIn,
      "the owner does so whatever spellings of the mailbox strangers ask for": spelled.ownerIn,
    },
  };
}

async function byOneClient({ target, size, stranger }: Stage, email: string) {
  const ip = stranger(0);
  const answers = await during(size(60), 10, (i) =>
    target.site.ask(
      i % 2 === 0
        ? { ip, path: "/forgot-password", fields: { email } }
        : { ip, path: "/signup", fields: { name: "Sam", email, password: STRANGERS } },
    ),
  );
  await quiet(target);
  return {
    posts: answers.length,
    answers: statuses(answers),
    emailsInAMinute: (await target.stack.ses.inbox({ to: email })).length,
    liveLinks: await liveLinks(target, email),
  };
}

/** @param spell the address that each client uses for the owner's mailbox */
async function byManyClients(
  { target, size, stranger, person }: Stage,
  owner: string,
  round: 0 | 1,
  spell: (i: number) => string,
) {
  const { site, stack } = target;
  const count = size(CLIENTS);
  const browser = openBrowser(site, person(round));
  const answers = await crowd(count, 50, (i) => {
    const path = "/forgot-password";
    if (i === Math.floor(count / 2)) return browser.post(path, { email: owner });
    const ip = stranger(1 + round * CLIENTS + i);
    return site.ask({ ip, path, fields: { email: spell(i) } });
  });
  await quiet(target);
  const emails = (await stack.ses.inbox({ to: owner })).length;
  const live = await liveLinks(target, owner);
  const token = (await linkOf(target, owner, "password-reset", 1)) ?? "";
  const reset = await browser.post("/reset-password", { token, password: NEW_PASSWORD });
  const { isIn } = await logIn(browser, owner, NEW_PASSWORD);
  return {
    answers: statuses(answers),
    emails,
    liveLinks: live,
    ownerIn: reset.status === 200 && isIn,
  };
}

async function liveLinks({ stack }: Target, email: string): Promise<number> {
  const { live } = await stack.outbox.look<"live">(
    `SELECT count(*) AS live FROM links WHERE email_key = $1 AND purpose = 'reset_password'
       AND used_at IS NULL AND expires_at > now()`,
    [email],
  );
  return live;
}
