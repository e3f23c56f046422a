import { harmless, unsupported } from "@repo/email-lint/clients";
import type { ReactNode } from "react";
import { expect, it } from "vitest";
import EveryPart from "./emails/every-part.tsx";
import { toHtml } from "./html.tsx";
import { Layout } from "./layout/layout.tsx";
import { faint } from "./test-contrast.ts";
import { faults } from "./test-valid.ts";

// Tests the checks of render.test.ts: with every part they find nothing, and with faults they do.

const page = toHtml(<EveryPart />);

const withContent = (content: ReactNode) =>
  toHtml(
    <Layout subject="Subject" preheader="Preheader" reason="Reason">
      {content}
    </Layout>,
  );

it("should find every part valid", async () => {
  expect(await faults(page)).toEqual([]);
  const [fault] = await faults(page.replace(/ alt="[^"]*"/, ""));
  expect(fault?.ruleId).toBe("wcag/h37");
});

it.each(["light", "dark"] as const)("should find every text readable in %s", (scheme) => {
  expect(faint(page, scheme)).toEqual([]);
});

it("should find a text that is unreadable in the dark scheme only, and a faint alt text", () => {
  const html = withContent(
    <>
      <p style={{ color: "#1b1f27" }}>Dark ink</p>
      <img src="https://example.com/a.png" alt="Grey" style={{ color: "#cccccc" }} />
    </>,
  );
  expect(faint(html, "light")).toEqual([expect.stringMatching(/^Grey: #cccccc on /)]);
  expect(faint(html, "dark")).toEqual([expect.stringMatching(/^Dark ink: #1b1f27 on /)]);
});

it("should find what clients do not support, and make no exception that no part needs", () => {
  expect(Object.keys(unsupported(page)).toSorted()).toEqual(Object.keys(harmless).toSorted());
  const html = withContent(<div style={{ display: "grid", position: "absolute" }}>Grid</div>);
  expect(Object.keys(unsupported(html))).toEqual(
    expect.arrayContaining(["display:grid", "position"]),
  );
});
