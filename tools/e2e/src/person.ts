import type { InboxMessage } from "@repo/ses-local/client";
import type { Browser, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { expectAccessible } from "./accessible.ts";
import type { Stack } from "./stack.ts";
import type { Variant } from "./variants.ts";

export const PASSWORD = "correct horse battery";
export const OTHER_PASSWORD = "staple battery horse";

/** Fields and buttons by their texts. A clone may have other texts. */
const LABELS = {
  email: /e-?mail/i,
  password: /passwor[dt]/i,
  currentPassword: /(current|jetziges) passwor[dt]/i,
  newPassword: /(new|neues) passwor[dt]/i,
};
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

/** A person with a mailbox and a browser, who uses the pages by their texts. */
export function meet(world: World, name: string) {
  return createPerson(world, createMailbox(world, name));
}

type Mailbox = ReturnType<typeof createMailbox>;

/** A mailbox of one person. Its emails are read one by one. */
function createMailbox({ stack, variant }: World, name: string) {
  const email = `${name} ${variant.how}`.toLowerCase().replaceAll(/\W+/g, ".") + "@example.org";
  let last: InboxMessage | undefined;
  return {
    email,
    /** Waits for the next email of a template. */
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

  /** Presses something that leads to another page, and waits for that page. */
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

    /** The same person in a new browser. */
    inAnotherBrowser: () => createPerson(world, mailbox),

    async goes(url: string): Promise<void> {
      await page.goto(url);
    },

    /**
     * Waits until the page shows these words. Then it checks the page: no sideways scrolling,
     * accessible.
     */
    async sees(words: RegExp | string): Promise<void> {
      await main.getByText(words).first().waitFor();
      const sideways = "document.documentElement.scrollWidth > innerWidth";
      expect(await page.evaluate(sideways), "scrolls sideways").toBe(false);
      // Without scripts axe has no timers and never ends.
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

    /** Fills the given fields and every other required field, and presses the button. */
    async sends(typed: Typed, button: RegExp): Promise<void> {
      await this.types(typed);
      const missing = main.locator(":is(input, select, textarea):invalid");
      // A filled field is no longer in this list, so the first one is always the next.
      for (let count = await missing.count(); count > 0; count--) {
        await fillByType(missing.first());
      }
      await this.presses(button);
    },

    async signsUp(password = PASSWORD): Promise<void> {
      await page.goto("/signup");
      await this.sees(SIGN_UP);
      await this.sends({ email: mailbox.email, password }, SIGN_UP);
      await this.sees(/check your email/i);
    },

    /** Waits for the next email of a template. @returns its first link that matches */
    async isSent(template: string, link = /token=/): Promise<string> {
      const { links } = await mailbox.next(template);
      return links.find((url) => link.test(url)) ?? "";
    },

    /** Opens the link in the next email of a template. @returns its address */
    async opensLink(template: string): Promise<string> {
      const url = await this.isSent(template);
      await page.goto(url);
      // The token is not in the address bar, and a reload keeps the form.
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

    /** Expects that the person is on their account page. */
    async isIn(): Promise<void> {
      await page.waitForURL("**/account*");
      await this.sees(mailbox.email);
    },

    async isOut(): Promise<void> {
      await page.goto("/account");
      await page.waitForURL("**/login");
    },

    /**
     * Expects the form with errors: an alert, the focus on the first error, and each error tied to
     * its field, so that a screen reader reads them.
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

    /** Sends the empty form, and expects an error at every required field. */
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

/** The same, but only once for each state of a page and each colour scheme, because axe is slow. */
async function expectEachAccessible(page: Page, scheme: string): Promise<void> {
  const words = await page.locator("body").innerText();
  // An address or a request id does not make a new state.
  const state = `${scheme} ${words.replaceAll(/\S+@\S+|[\da-f-]{36}/g, "")}`;
  if (judged.has(state)) return;
  judged.add(state);
  await expectAccessible(page);
}
