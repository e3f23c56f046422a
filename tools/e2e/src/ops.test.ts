import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { expectAccessible } from "./accessible.ts";
import { useOps } from "./ops-operator.ts";
import { expectWhole, visitEveryPage } from "./ops-pages.ts";
import { STATES, type StateName, emptyAgain } from "./ops-states.ts";
import { PASSWORD } from "./person.ts";
import { picture } from "./sheet.ts";
import { minutesAgo } from "./stack.ts";
import { VARIANTS } from "./variants.ts";

// Every page of operators in a browser: empty, busy, in trouble and with long values. A person has
// to look at the pictures in .local/ops: no test compares pixels.

const root = path.join(import.meta.dirname, "../../..");
const folder = path.join(root, ".local/ops");

const { stack, logIn } = await useOps();
await mkdir(folder, { recursive: true });

describe.each(VARIANTS)("$how", (variant) => {
  const operator = () => logIn(variant);

  it.each(Object.keys(STATES) as StateName[])(
    "shows every page whole and accessible: %s",
    async (state) => {
      const page = await operator();
      await visitEveryPage(stack, page, state, async (name) => {
        await expectWhole(page, name);
        const file = `${name} ${state} ${variant.how}.webp`.replaceAll(/[ ,]+/g, "-");
        await writeFile(path.join(folder, file), await picture(page));
        // Without scripts axe never ends.
        if (variant.javaScriptEnabled) await expectAccessible(page);
      });
    },
  );

  it("pauses and resumes, and asks for the password in between", async () => {
    await emptyAgain(stack.db);
    const page = await operator();
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
    const page = await operator();
    await page.clock.install();
    await page.goto("/ops");
    await page.getByText("no worker runs").waitFor();
    await STATES.busy(stack);
    await page.clock.fastForward(11_000);
    await page.getByText("Email goes out.").waitFor();
  });
});
