import { readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { ANSWERS, type Answer } from "./ops-answers.ts";
import { useOps } from "./ops-operator.ts";
import { emptyAgain } from "./ops-states.ts";

// Does what docs/operating.md says, click by click. The document and the pages cannot drift apart.

/** A row of the two tables. What is clicked is bold. */
interface Row {
  question: string;
  clicks: string[];
  /** How many clicks the document says there are. */
  count: number;
}

function readRows(): Row[] {
  const text = readFileSync(new URL("../../../docs/operating.md", import.meta.url), "utf8");
  return [...text.matchAll(/^\| (.+?) +\| (.+?) +\| +(\d+) \|$/gm)].map(
    ([, question = "", way = "", count = ""]) => ({
      question,
      clicks: [...way.matchAll(/\*\*(.+?)\*\*/g)].map(([, name = ""]) => name),
      count: Number(count),
    }),
  );
}

const rows = readRows();
const PHONE = {
  viewport: { width: 390, height: 844 },
  isMobile: true,
  hasTouch: true,
  colorScheme: "light",
} as const;

const { stack, logIn } = await useOps();

it("knows an answer to each of the forty questions, and no other", () => {
  expect(rows.map(({ question }) => question).sort()).toEqual(Object.keys(ANSWERS).sort());
  expect(rows).toHaveLength(40);
});

describe.each([
  { how: "on a phone", javaScriptEnabled: true },
  { how: "on a phone, without scripts", javaScriptEnabled: false },
])("$how", (variant) => {
  it.each(rows)("answers in $count clicks: $question", async ({ question, clicks, count }) => {
    const answer = ANSWERS[question];
    if (!answer) throw new Error("there is no answer to this question");
    expect(clicks).toHaveLength(count);
    await emptyAgain(stack.db);
    await answer.when(stack);
    const page = await logIn({ ...PHONE, ...variant });
    page.setDefaultTimeout(10_000);
    await page.goto("/ops");
    for (const name of clicks) {
      await fill(page, answer.fill);
      const target = placeOf(page, name);
      await target.waitFor();
      await Promise.all([page.waitForEvent("domcontentloaded"), target.tap()]);
    }
    await expectWords(page, answer.sees);
    await answer.stores?.(stack.db);
  });
});

/** Places whose words differ from email to email. */
const PLACES: Record<string, (page: Page) => Locator> = {
  "the time of the email": (page) => page.locator("tbody th a").first(),
  "the number of emails": (page) => page.getByRole("link", { name: /^\d+ emails?$/ }),
};

/** The link or button with this name in the document. A link to a form ends with "…". */
function placeOf(page: Page, name: string): Locator {
  const place = PLACES[name];
  if (place) return place(page);
  const words = new RegExp(`^${name}( …)?$`);
  return page.getByRole("link", { name: words }).or(page.getByRole("button", { name: words }));
}

async function expectWords(page: Page, words: Answer["sees"]): Promise<void> {
  const main = page.getByRole("main");
  const found = main.getByText(words, { exact: true }).filter({ visible: true });
  await found
    .first()
    .waitFor()
    .catch(async () => {
      throw new Error(`The page does not say ${words.toString()}:\n${await main.innerText()}`);
    });
}

/** Fills the fields that this page has, and says why. */
async function fill(page: Page, values: Answer["fill"] = {}): Promise<void> {
  for (const [label, value] of Object.entries({ Why: "a test", ...values })) {
    // The label of a list contains the words of its options.
    const list = page.getByRole("combobox", { name: label, exact: true });
    const field = page.getByLabel(label, { exact: true }).or(list);
    if ((await field.count()) === 0) continue;
    const kind = await field.evaluate((element) => (element as HTMLInputElement).type);
    if (kind === "radio") await field.check();
    else if (kind === "select-one") await field.selectOption(value);
    else await field.fill(value);
  }
}
