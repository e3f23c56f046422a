import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { openBrowser } from "./browser.ts";
import { STATES, emptyAgain, makeOperator } from "./ops-states.ts";
import { PASSWORD } from "./person.ts";
import { picture } from "./sheet.ts";
import { type Stack, minutesAgo, startStack } from "./stack.ts";
import { type Variant, VARIANTS } from "./variants.ts";

// Every page of operators in a browser: empty, busy and in trouble. A person has to look at the
// pictures in .local/ops: no test compares pixels.

const root = path.join(import.meta.dirname, "../../..");
const folder = path.join(root, ".local/ops");

let stack: Stack;
let browser: Browser;
beforeAll(async () => {
  [stack, browser] = await Promise.all([startStack({ worker: false }), openBrowser()]);
  await makeOperator(stack);
  await mkdir(folder, { recursive: true });
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

async function operator({ how: _how, ...options }: Variant): Promise<Page> {
  const context = await browser.newContext({ baseURL: stack.url, ...options });
  const page = await context.newPage();
  await page.goto("/login");
  await page.getByLabel("Email").fill("operator@example.com");
  await page.getByLabel("Password").first().fill(PASSWORD);
  await page.getByRole("button", { name: /^log in$/i }).click();
  await page.waitForURL("**/account");
  return page;
}

/** The pages, by the name of their picture. `ID` is a message with a long history. */
const PAGES = {
  now: "/ops",
  rates: "/ops/rates?period=7d",
  messages: "/ops/messages",
  message: "/ops/messages/ID",
  retry: "/ops/messages/retry?status=failed",
  suppressions: "/ops/suppressions",
  suppression: "/ops/suppressions?email=bounced@example.com",
  requests: "/ops/requests?email=asked@example.com",
  sending: "/ops/sending",
  pause: "/ops/sending/pause",
  actions: "/ops/actions",
};

describe.each(VARIANTS)("$how", (variant) => {
  it.each(Object.keys(STATES) as (keyof typeof STATES)[])(
    "shows every page whole and accessible: %s",
    async (state) => {
      await emptyAgain(stack.db);
      const id = await STATES[state](stack.db);
      const page = await operator(variant);
      for (const [name, address] of Object.entries(PAGES)) {
        await page.goto(address.replace("ID", id));
        await page.getByRole("navigation", { name: "Operations" }).waitFor();
        const sideways = "document.documentElement.scrollWidth > innerWidth";
        expect(await page.evaluate(sideways), `${name} scrolls sideways`).toBe(false);
        const file = `${name} ${state} ${variant.how}.webp`.replaceAll(/[ ,]+/g, "-");
        await writeFile(path.join(folder, file), await picture(page));
        // Without scripts axe never ends.
        if (variant.javaScriptEnabled) await expectAccessible(page);
      }
    },
  );

  it("pauses and resumes with the keyboard's forms, and asks for the password in between", async () => {
    await emptyAgain(stack.db);
    const page = await operator(variant);
    await stack.db.session.updateMany({ data: { passwordCheckedAt: minutesAgo(16) } });
    await page.goto("/ops/sending");
    await page.getByRole("link", { name: /pause/i }).click();
    await page.getByLabel("All email").check();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText("Say why.").waitFor();
    await page.getByLabel("Why").fill("a leak");
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByRole("button", { name: "Pause" }).click();
    await page.waitForURL("**/ops/sending");
    expect(await stack.db.sendingStatus.findFirst()).toMatchObject({ paused: "all" });
    await page.getByRole("link", { name: /^resume …/i }).click();
    await page.getByLabel("Why").fill("it is closed");
    expect(await page.getByLabel("Current password").count()).toBe(0);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.waitForURL("**/ops/sending");
    expect(await stack.db.sendingStatus.findFirst()).toMatchObject({ paused: null });
  });

  it.runIf(variant.javaScriptEnabled)("renews by itself what it shows", async () => {
    await emptyAgain(stack.db);
    const page = await operator(variant);
    await page.clock.install();
    await page.goto("/ops");
    await page.getByText("no worker runs").waitFor();
    await STATES.busy(stack.db);
    await page.clock.fastForward(11_000);
    await page.getByText("Email goes out.").waitFor();
  });
});
