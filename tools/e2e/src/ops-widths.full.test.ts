import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { useOps } from "./ops-operator.ts";
import { expectWhole, visitEveryPage } from "./ops-pages.ts";
import { picture } from "./sheet.ts";
import { VARIANTS } from "./variants.ts";

const folder = path.join(import.meta.dirname, "../../../.local/ops");

const { stack, logIn } = await useOps();
await mkdir(folder, { recursive: true });

// In CSS pixels. A zoom of 200 % halves a window of 1280, and one of 400 % leaves 320
// (WCAG 2.2, 1.4.10).
const WINDOWS = {
  "a window of 320": { width: 320, text: 100 },
  "a small phone": { width: 375, text: 100 },
  "a zoom of 200 %": { width: 640, text: 100 },
  "a large screen": { width: 1920, text: 100 },
  // A browser's or a phone's setting (WCAG 2.2, 1.4.4).
  "text of 200 % on a phone": { width: 390, text: 200 },
};

it.each(Object.entries(WINDOWS))(
  "shows the longest values whole: %s",
  async (how, { width, text }) => {
    const viewport = { width, height: 800 };
    const page = await logIn({ ...VARIANTS[0], viewport, bypassCSP: true });
    const wide: string[] = [];
    await visitEveryPage(stack, page, "with long values", async (name) => {
      await page.addStyleTag({ content: `html { font-size: ${text}% }` });
      const file = `${name} ${how}.webp`.replaceAll(/[ %]+/g, "-");
      await writeFile(path.join(folder, file), await picture(page));
      await expectWhole(page, name).catch(() => wide.push(name));
    });
    expect(wide, "scroll sideways").toEqual([]);
  },
);
