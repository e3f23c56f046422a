import type { InboxMessage } from "@repo/ses-local/client";
import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible } from "./accessible.ts";
import type { Stack } from "./stack.ts";
import type { Variant } from "./variants.ts";

export const PASSWORD = "correct horse battery";
export const OTHER_PASSWORD = "staple battery horse";

/** Fields and buttons as people know them; a clone may word them in its own way. */
const LABELS = { email: /e-?mail/i, password: /password/i };
export const SIGN_UP = /sign up|create/i;
export const CONFIRM = /confirm|verify/i;
export const CREATE = /create|confirm/i;
export const LOG_IN = /log in/i;
export const LOG_OUT = /log out/i;
export const SEND_LINK = /send|reset/i;
export const SET_PASSWORD = /set|save|change|reset/i;

type Typed = Partial<Record<keyof typeof LABELS, string>>;
export type Person = Awaited<ReturnType<typeof createPerson>>;
type World = { stack: Stack; browser: Browser; variant: Variant };

/** Somebody with a mailbox and a browser, who knows the pages by what they say. */
export function meet(world: World, name: string) {
  return createPerson(world, createMailbox(world, name));
}

type Mailbox = ReturnType<typeof createMailbox>;

/** An address of the person's own, read letter by letter. */
function createMailbox({ stack, variant }: World, name: string) {
  const email = `${name} ${variant.how}`.toLowerCase().replaceAll(/\W+/g, ".") + "@example.org";
  let last: InboxMessage | undefined;
  return {
    email,
    /** Waits for the next email of that name. */
    async next(template: string): Promise<InboxMessage> {
      const after = last && { after: last.id };
      const newer = await stack.ses.inbox({ to: email, template, wait: 60, ...after });
      last = newer.at(-1);
      if (!last) throw new Error(`no ${template} came to ${email}`);
      return last;
    },
  };
}

async function createPerson(world: World, mailbox: Mailbox) {
  const { stack, browser, variant } = world;
  const { how: _, ...options } = variant;
  const context = await browser.newContext({ baseURL: stack.url, ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const main = page.getByRole("main");

  /** What is pressed leads to the next page, and what is done next is done there. */
  async function press(target: Locator): Promise<void> {
    await Promise.all([
      page.waitForEvent("domcontentloaded"),
      options.hasTouch ? target.tap() : target.click(),
    ]);
  }

  return {
    email: mailbox.email,
    context,
    page,
    main,

    /** The same person, where they have not been yet. */
    inAnotherBrowser: () => createPerson(world, mailbox),

    async goes(url: string): Promise<void> {
      await page.goto(url);
    },

    /** Waits until the page says so; then the page has to be fit to be seen. */
    async sees(words: RegExp | string): Promise<void> {
      await main.getByText(words).first().waitFor();
      const sideways = "document.documentElement.scrollWidth > innerWidth";
      expect(await page.evaluate(sideways), "scrolls sideways").toBe(false);
      // Without scripts axe has no timers, and never ends.
      if (options.javaScriptEnabled) await expectEachAccessible(page, variant.colorScheme);
    },

    async presses(button: RegExp): Promise<void> {
      await press(page.getByRole("button", { name: button }).first());
    },

    async follows(link: RegExp): Promise<void> {
      await press(main.getByRole("link", { name: link }).first());
    },

    async types(typed: Typed): Promise<void> {
      for (const [field, value] of Object.entries(typed)) {
        await main
          .getByLabel(LABELS[field as keyof Typed])
          .first()
          .fill(value);
      }
    },

    /** Fills the fields that are named here, and every other one that has to be filled. */
    async sends(typed: Typed, button: RegExp): Promise<void> {
      await this.types(typed);
      for (const field of await main.locator(":is(input, select, textarea):invalid").all()) {
        await fillByType(field);
      }
      await this.presses(button);
    },

    async signsUp(password = PASSWORD): Promise<void> {
      await page.goto("/signup");
      await this.sees(SIGN_UP);
      await this.sends({ email: mailbox.email, password }, SIGN_UP);
      await this.sees(/check your email/i);
    },

    /** Waits for the next email of that name. @returns the first link in it that fits */
    async isSent(template: string, link = /token=/): Promise<string> {
      const { links } = await mailbox.next(template);
      return links.find((url) => link.test(url)) ?? "";
    },

    /** Opens the link in the next email of that name. @returns its address */
    async opensLink(template: string): Promise<string> {
      const url = await this.isSent(template);
      await page.goto(url);
      // The token is out of sight, and a reload keeps the form.
      if (options.javaScriptEnabled) expect(page.url()).not.toContain("token");
      await page.reload();
      await page.locator("input[name=token][value]").waitFor({ state: "attached" });
      return url;
    },

    async hasAccount(): Promise<void> {
      await this.signsUp();
      await this.opensLink("verify-email");
      await this.sends({}, CONFIRM);
      await this.isIn();
    },

    async logsIn(password: string): Promise<void> {
      await page.goto("/login");
      await this.sees(LOG_IN);
      await this.sends({ email: mailbox.email, password }, LOG_IN);
    },

    /** They have been led to their account, and are in it. */
    async isIn(): Promise<void> {
      await page.waitForURL("**/account*");
      await this.sees(mailbox.email);
    },

    async isOut(): Promise<void> {
      await page.goto("/account");
      await page.waitForURL("**/login");
    },

    /**
     * The form came back: it says so, is at its first error, and each error stands with its field.
     * A screen reader reads the alert, and the error with the field.
     */
    async seesErrors(): Promise<void> {
      await main.getByRole("alert").first().waitFor();
      const wrong = main.locator("[aria-invalid=true]");
      await wrong.and(page.locator(":focus")).waitFor();
      expect(await page.title()).toMatch(/error/i);
      for (const field of await wrong.all()) {
        const ids = ((await field.getAttribute("aria-describedby")) ?? "").split(" ");
        const said = await page.locator(`#${ids.at(-1)}`).innerText();
        expect(said).toMatch(/\w/);
        await this.sees(said);
      }
    },

    /** Sends a form as it was found: every field that has to be filled is refused. */
    async isRefusedEmptyHanded(button: RegExp): Promise<void> {
      await this.presses(button);
      await this.seesErrors();
      const missed = ":is(input, select, textarea):required:not([aria-invalid=true])";
      expect(await main.locator(missed).count()).toBe(0);
    },
  };
}

const SAMPLES: Record<string, string> = {
  email: "someone@example.org",
  password: PASSWORD,
  tel: "+49 30 1234567",
  url: "https://example.org",
  number: "1",
  date: "2000-01-31",
};

async function fillByType(field: Locator): Promise<void> {
  const type = await field.evaluate((element) => (element as { type?: string }).type ?? "");
  if (type === "checkbox" || type === "radio") await field.check();
  else if (type === "select-one") await field.selectOption({ index: 1 });
  else await field.fill(SAMPLES[type] ?? "Sample");
}

const judged = new Set<string>();

/** The same, but each state of a page only once in each scheme: axe takes its time. */
async function expectEachAccessible(page: Page, scheme: string): Promise<void> {
  const words = await page.locator("body").innerText();
  // Somebody's address and a request's id make no other state.
  const state = `${scheme} ${words.replaceAll(/\S+@\S+|[\da-f-]{36}/g, "")}`;
  if (judged.has(state)) return;
  judged.add(state);
  await expectAccessible(page);
}
