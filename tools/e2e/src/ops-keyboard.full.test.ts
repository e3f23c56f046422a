import type { Page } from "playwright-core";
import { beforeEach, expect, it } from "vitest";
import { useOps } from "./ops-operator.ts";
import { STATES, emptyAgain } from "./ops-states.ts";
import { VARIANTS } from "./variants.ts";

// What an operator changes, without a mouse and without a finger.

const { stack, logIn } = await useOps();
let page: Page;
beforeEach(async () => {
  await emptyAgain(stack.db);
  await STATES.busy(stack);
  page = await logIn(VARIANTS[0]);
  await page.goto("/ops");
});

/** Presses Tab until the focus is at this place, which must be visible as focused. */
async function tabTo(role: "link" | "button" | "textbox" | "radio" | "combobox", name: string) {
  const target = page.getByRole(role, { name, exact: true });
  await target.first().waitFor();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.and(target).count()) === 0) continue;
    const outline = await focused.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline, `the focus at ${name} is not visible`).not.toBe("none");
    return;
  }
  throw new Error(`no Tab leads to ${role} ${name}`);
}

async function follow(role: "link" | "button", name: string): Promise<void> {
  await tabTo(role, name);
  await Promise.all([page.waitForEvent("domcontentloaded"), page.keyboard.press("Enter")]);
}

async function type(name: string, text: string): Promise<void> {
  await tabTo("textbox", name);
  await page.keyboard.type(text);
}

it("pauses all email", async () => {
  await follow("link", "Sending");
  await follow("link", "Pause …");
  await tabTo("radio", "All but security mail: links to log in and new passwords go on");
  await page.keyboard.press("ArrowDown");
  await type("Why", "a leak");
  await follow("button", "Pause");
  await page.getByText("Sending is stopped because Robin Operator").waitFor();
  expect(await stack.db.sendingStatus.findFirst()).toMatchObject({ paused: "all" });
});

it("sends again what a search finds", async () => {
  await follow("link", "Messages");
  await tabTo("combobox", "Status");
  await page.keyboard.type("failed");
  await follow("button", "Search");
  await follow("link", "Send these again …");
  await type("Why", "the sender is verified now");
  await follow("button", "Send again");
  await page.getByText("No email fits this search.").waitFor();
  expect(await stack.db.message.count({ where: { closedReason: "failed" } })).toBe(0);
});

it("stops email to an address", async () => {
  await follow("link", "Suppressions");
  await follow("link", "Stop email to an address …");
  await type("Address", "letter2@example.com");
  await type("Why", "asked by letter");
  await follow("button", "Stop email");
  await page.getByText("letter2@example.com gets no email").waitFor();
  const where = { addressKey: "letter2@example.com" };
  expect(await stack.db.suppression.findUnique({ where })).toMatchObject({ reason: "manual" });
});
