import type { Browser, Page } from "playwright-core";

/** One email to draw. */
export interface Drawn {
  /** Under its pictures: name, case and language. */
  title: string;
  html: string;
}

/** The widths of a message's window, in pixels. */
const WIDTHS = { desk: 640, phone: 360 };
/** A picture is this much smaller than the email. */
const SCALE = 0.4;
/** A longer email is cut in the sheet. */
const TALLEST = 1100;

/**
 * A page with all emails side by side, at the width of a desktop and of a phone. Nothing is
 * loaded from the internet: every picture is drawn here, in the shape that the email gives it.
 */
export async function openSheet(
  browser: Browser,
  emails: Drawn[],
  colorScheme: "light" | "dark",
): Promise<Page> {
  const width = COLUMNS * COLUMN + (COLUMNS + 1) * GAP;
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 800 } });
  await page.route(/^https?:/, (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: PICTURE }),
  );
  await page.setContent(sheet(emails));
  // Fonts and pictures.
  await page.waitForLoadState("networkidle");
  await page.evaluate(fitFrames, TALLEST);
  return page;
}

/** How far each email is wider than its window, by its title. A person would scroll sideways. */
export function overflows(page: Page): Promise<[string, number][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("iframe")].map((frame): [string, number] => {
      const { scrollWidth } = frame.contentDocument?.documentElement ?? { scrollWidth: 0 };
      return [frame.title, scrollWidth - frame.clientWidth];
    }),
  );
}

/**
 * Words that a line break divides, by the title of their email. It tries several widths, because at
 * a single one all lines may end between two words by chance. Addresses may be divided.
 */
export function brokenWords(page: Page): Promise<string[]> {
  return page.evaluate(findBrokenWords, [WIDTHS.phone, 345, 330, 320]);
}

/** The sheet as WebP, which is a tenth of a PNG. */
export async function picture(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send("Page.captureScreenshot", {
    format: "webp",
    quality: 50,
    captureBeyondViewport: true,
  });
  return Buffer.from(data, "base64");
}

const GAP = 24;
const COLUMNS = 3;
const COLUMN = Math.ceil((WIDTHS.desk + WIDTHS.phone) * SCALE) + GAP;

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3" preserveAspectRatio="none"><rect width="4" height="3" fill="#c9d6ea"/><path d="M0 3l1.4-1.4.8.8L3 1.2 4 3z" fill="#8fa8cf"/></svg>`;

function sheet(emails: Drawn[]): string {
  const figures = emails.map(({ title, html }) => {
    const frames = Object.entries(WIDTHS).map(
      ([name, width]) =>
        `<iframe title="${escape(`${title}, ${name}`)}" style="width:${width}px" srcdoc="${escape(html)}"></iframe>`,
    );
    return `<figure><div>${frames.join("")}</div><figcaption>${escape(title)}</figcaption></figure>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Every email</title><style>
:root { color-scheme: light dark; font: 13px system-ui, sans-serif }
body { margin: ${GAP}px; display: grid; grid-template-columns: repeat(${COLUMNS}, ${COLUMN}px); gap: ${GAP}px;
  background: light-dark(#c9cfd8, #2b313b); color: light-dark(#1b1f27, #e8ebf0) }
figure { margin: 0 }
figure > div { zoom: ${SCALE}; display: flex; align-items: start; gap: ${2 * GAP}px }
iframe { border: 0; height: 100px; flex: none }
figcaption { margin-top: 8px }
</style>${figures.join("")}`;
}

function fitFrames(tallest: number): void {
  for (const frame of document.querySelectorAll("iframe")) {
    const { scrollHeight } = frame.contentDocument?.documentElement ?? { scrollHeight: 0 };
    frame.style.height = `${Math.min(scrollHeight, tallest)}px`;
  }
}

function findBrokenWords(widths: number[]): string[] {
  const found = new Set<string>();
  for (const frame of document.querySelectorAll<HTMLIFrameElement>("iframe[title$=phone]")) {
    const { title, style, contentDocument: email } = frame;
    if (!email) continue;
    for (const width of widths) {
      style.width = `${width}px`;
      const texts = email.createTreeWalker(email.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const { currentNode: node } = texts;
        if (node.parentElement?.closest("a")) continue;
        for (const { index, 0: word } of (node.textContent ?? "").matchAll(/[\p{L}\p{N}]+/gu)) {
          const range = email.createRange();
          range.setStart(node, index);
          range.setEnd(node, index + word.length);
          const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
          if (lines.size > 1) found.add(`${title}: ${word}`);
        }
      }
    }
    style.width = `${widths[0]}px`;
  }
  return [...found];
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
