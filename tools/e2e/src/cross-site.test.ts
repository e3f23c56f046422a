import { full } from "@repo/testing/full";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { fetching, form, jsonForm, sandboxed, startForeignSite } from "./foreign-site.ts";
import { PASSWORD, type Person, SEND_LINK, meet } from "./person.ts";
import { openBrowser } from "./browser.ts";
import { type Stack, startStack } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

let stack: Stack;
let browser: Browser;
let foreign: Awaited<ReturnType<typeof startForeignSite>>;
let victim: Person;
/** Has an account and unopened links. */
let attacker: Person;
let attackers: { confirm: string; reset: string };

beforeAll(async () => {
  [stack, browser, foreign] = await Promise.all([startStack(), openBrowser(), startForeignSite()]);
  const world = { stack, browser, variant: VARIANTS[0] };
  [victim, attacker] = [await meet(world, "victim"), await meet(world, "attacker")];
  await victim.hasAccount();
  await attacker.hasAccount();
  await attacker.goes("/forgot-password");
  await attacker.sends({ email: attacker.email }, SEND_LINK);
  const reset = await attacker.isSent("password-reset");
  const another = await meet(world, "another");
  await another.signsUp();
  attackers = { confirm: await another.isSent("verify-email"), reset };
  await stack.settled();
});
afterAll(async () => {
  await browser.close();
  await Promise.all([stack.stop(), foreign.stop()]);
});

const at = (path: string) => `${stack.url}${path}`;
const credentials = () => ({ email: attacker.email, password: PASSWORD });
const token = (link: string) => new URL(link).searchParams.get("token") ?? "";

/** Everything that a post could change: rows, and the victim's cookies. */
async function everything() {
  const { db } = stack;
  return {
    users: await db.user.findMany(),
    sessions: await db.session.findMany(),
    signUps: await db.signUp.findMany(),
    resetRequests: await db.resetRequest.findMany(),
    links: await db.link.findMany(),
    messages: await db.message.findMany(),
    cookies: await victim.context.cookies(stack.url),
  };
}

/** Expects that an attack changes nothing and the victim stays logged in. */
async function expectNoChange(attack: () => Promise<unknown>): Promise<void> {
  const before = await everything();
  expect(before.cookies).not.toEqual([]);
  await attack();
  expect(await everything()).toEqual(before);
  const headers = { accept: "application/json" };
  const account = await victim.context.request.get("/account", { headers });
  expect(await account.json()).toMatchObject({ user: { email: victim.email } });
}

interface Logged {
  req: { method: string; path: string };
  res: { status: number };
  code?: string;
}

/** The posts that reached the app, oldest first. */
function posts(): Logged[] {
  const lines = stack.log().split("\n");
  return lines.filter((line) => line.includes('"method":"POST"')).map((line) => JSON.parse(line));
}

/** Opens a page of the foreign origin. @returns its post to the app, and the answer */
async function lure(context: BrowserContext, url: string, html: string) {
  const { length } = posts();
  foreign.show(html);
  const page = await context.newPage();
  const [request] = await Promise.all([
    page.waitForEvent("request", (sent) => sent.method() === "POST"),
    page.goto(url, { waitUntil: "commit" }),
  ]);
  const headers = await request.allHeaders();
  await vi.waitUntil(() => posts().length > length, { timeout: 60_000 });
  await page.close();
  const { req, res, code } = posts().at(-1)!;
  const { origin, "sec-fetch-site": site } = headers;
  return { path: req.path, status: res.status, code, origin, site };
}

/** Opens a page of the foreign origin that calls fetch. @returns what the page could read */
async function lureToFetch(context: BrowserContext, url: string, html: string): Promise<string> {
  foreign.show(html);
  const page = await context.newPage();
  await page.goto(url);
  const said = page.getByText(/read it/).last();
  await said.waitFor();
  const result = await page.locator("body").innerText();
  await page.close();
  return result.trim();
}

const WAYS: { way: string; html: () => string; sent?: { origin: string } }[] = [
  { way: "a form", html: () => form(at("/login"), credentials()) },
  {
    way: "a form with parts",
    html: () => form(at("/login"), credentials(), 'enctype="multipart/form-data"'),
  },
  { way: "a form of plain text that is JSON", html: () => jsonForm(at("/login"), credentials()) },
  {
    way: "a form that hides where it is",
    html: () => `<meta name="referrer" content="no-referrer">${form(at("/login"), credentials())}`,
    sent: { origin: "null" },
  },
  {
    way: "a form in a sandbox",
    html: () => sandboxed(form(at("/login"), credentials())),
    sent: { origin: "null" },
  },
  {
    way: "a script with a form",
    html: () => {
      const body = new URLSearchParams(credentials()).toString();
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return fetching(at("/login"), { method: "POST", credentials: "include", headers, body });
    },
  },
  {
    way: "a script with JSON that says it is text",
    html: () => {
      const body = JSON.stringify(credentials());
      return fetching(at("/login"), { method: "POST", credentials: "include", body });
    },
  },
  {
    way: "a beacon",
    html: () =>
      `<script>navigator.sendBeacon("${at("/login")}", new URLSearchParams(${JSON.stringify(credentials())}))</script>`,
  },
];

const ACTIONS: { path: string; fields: () => Record<string, string> }[] = [
  { path: "/logout", fields: () => ({}) },
  { path: "/signup/resend", fields: () => ({}) },
  { path: "/signup", fields: () => ({ name: "Sample", ...credentials() }) },
  { path: "/forgot-password", fields: () => ({ email: victim.email }) },
  { path: "/verify-email", fields: () => ({ token: token(attackers.confirm), ...credentials() }) },
  { path: "/reset-password", fields: () => ({ token: token(attackers.reset), ...credentials() }) },
];

// The app is at localhost. To a browser, 127.0.0.1 is another site. Another port of localhost is
// another origin of the same site, which gets SameSite cookies.
const SITES = [
  { site: "cross-site", host: "127.0.0.1" },
  { site: "same-site", host: "localhost" },
];

// `pnpm test:full` attacks from both sites.
describe.each(full ? SITES : SITES.slice(0, 1))("a $site page", ({ site, host }) => {
  const url = () => foreign.at(host);

  it.each(WAYS)("cannot log the victim in as the attacker by $way", async ({ html, sent = {} }) => {
    await expectNoChange(async () => {
      const seen = await lure(victim.context, url(), html());
      expect(seen).toMatchObject({ path: "/login", status: 403, code: "FOREIGN_ORIGIN", ...sent });
    });
  });

  it.each(ACTIONS)("cannot post to $path", async ({ path, fields }) => {
    await expectNoChange(async () => {
      const seen = await lure(victim.context, url(), form(at(path), fields()));
      const sent = { site, origin: url() };
      expect(seen).toMatchObject({ path, status: 403, code: "FOREIGN_ORIGIN", ...sent });
    });
  });

  it("cannot log in a browser that is logged out", async () => {
    const stranger = await browser.newContext();
    for (const html of [form, jsonForm]) {
      const seen = await lure(stranger, url(), html(at("/login"), credentials()));
      expect(seen).toMatchObject({ path: "/login", status: 403, code: "FOREIGN_ORIGIN" });
    }
    expect(await stranger.cookies(stack.url)).toEqual([]);
    await stranger.close();
  });

  it("cannot send JSON, with a session or without", async () => {
    const stranger = await browser.newContext();
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(credentials());
    const html = fetching(at("/login"), { method: "POST", credentials: "include", headers, body });
    await expectNoChange(async () => {
      const { length } = posts();
      expect(await lureToFetch(victim.context, url(), html)).toBe("could not read it");
      expect(await lureToFetch(stranger, url(), html)).toBe("could not read it");
      expect(posts()).toHaveLength(length);
    });
    await stranger.close();
  });

  it("cannot read the account", async () => {
    const html = fetching(at("/account"), { credentials: "include" });
    expect(await lureToFetch(victim.context, url(), html)).toBe("could not read it");
  });

  it("cannot change anything by a link, a picture or a frame", async () => {
    const { email, password } = credentials();
    const links = [
      at("/logout"),
      at("/signup/resend"),
      at(`/login?email=${email}&password=${password}`),
      at(`/forgot-password?email=${victim.email}`),
      attackers.confirm,
      attackers.reset,
    ];
    await expectNoChange(async () => {
      const page = await victim.context.newPage();
      foreign.show(
        links.map((link) => `<img src="${link}"><iframe src="${link}"></iframe>`).join(""),
      );
      await page.goto(url());
      for (const link of links) {
        foreign.show(`<a href="${link}">Your prize</a>`);
        await page.goto(url());
        await page.getByRole("link").click();
        await page.waitForURL((there) => there.origin === stack.url);
      }
      await page.close();
    });
  });

  it.each(["/login", "/account"])("cannot show %s in a frame", async (path) => {
    foreign.show(`<iframe src="${at(path)}"></iframe>`);
    const page = await victim.context.newPage();
    const [failed] = await Promise.all([
      // Without its cookie, /account redirects to /login.
      page.waitForEvent("requestfailed", (request) => request.url().startsWith(stack.url)),
      page.goto(url()),
    ]);
    expect(failed.failure()?.errorText).toBe("net::ERR_BLOCKED_BY_RESPONSE");
    await page.close();
  });
});

it("leaves the victim's account as it was", async () => {
  await victim.goes("/account");
  await victim.isIn();
});
