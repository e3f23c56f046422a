import { readFileSync } from "node:fs";
import { lint } from "@repo/email-lint";
import type { ComponentType } from "react";
import { describe, expect, it } from "vitest";
import MagicLink from "./emails/looks/magic-link.tsx";
import OrderOnItsWay from "./emails/looks/order-on-its-way.tsx";
import Tips from "./emails/looks/tips.tsx";
import { toHtml } from "./html.tsx";
import { exampleLinks } from "./template.tsx";
import { faint } from "./test-contrast.ts";
import { faults } from "./test-valid.ts";
import { toText } from "./text.ts";

// Three public demos of React Email, rebuilt from their look with the parts as they are.

const looks: [string, ComponentType][] = [
  ["magic-link", MagicLink],
  ["order-on-its-way", OrderOnItsWay],
  ["tips", Tips],
];

describe.each(looks)("%s", (name, Look) => {
  const html = toHtml(<Look />);

  it("should need no style of its own", () => {
    const source = readFileSync(new URL(`emails/looks/${name}.tsx`, import.meta.url), "utf8");
    expect(source).not.toMatch(/\b(?:style|className|components\.ts)\b/);
  });

  it("should pass the checks of every email", async () => {
    expect(await faults(html)).toEqual([]);
    expect([...faint(html, "light"), ...faint(html, "dark")]).toEqual([]);
    const headers = {
      "list-unsubscribe": `<${exampleLinks.unsubscribe}>`,
      "list-unsubscribe-post": "List-Unsubscribe=One-Click",
    };
    const found = lint({
      subject: "",
      html,
      text: toText(html),
      headers: html.includes(exampleLinks.unsubscribe) ? headers : {},
    });
    expect(found.filter(({ check, verdict }) => verdict !== "good" && check !== "Clients")).toEqual(
      [],
    );
    expect(found.find(({ check }) => check === "Clients")?.verdict).toBe("note");
  });
});

it("should read well as plain text, columns one after the other", () => {
  const text = toText(toHtml(<OrderOnItsWay />));
  expect(text.slice(0, text.indexOf("Goes to"))).toBe(`Parcel number
1Z 9999 0300 0716

Follow the parcel
https://example.com/parcels/1Z99990300

----------------------------------------

It is on its way

Your order has left our house. The button above shows where it is.

We have charged your card. Your orders page has the details.

----------------------------------------

`);
});
