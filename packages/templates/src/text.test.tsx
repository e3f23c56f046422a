import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { Column, Container, Row, Section } from "./components.ts";
import { toHtml } from "./html.tsx";
import { Action, List, Paragraph } from "./parts.ts";
import { htmlToText } from "./test-html-to-text.ts";
import { toText } from "./text.ts";

const draw = (document: ReactElement) => toText(renderToStaticMarkup(document)).split("\n");

it("should write each item of a list on a line of its own, with a marker", () => {
  const items = Array.from({ length: 40 }, (_, index) => `Item ${index + 1}`);
  const lines = draw(
    <Section>
      <p>Bring:</p>
      <ul>
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
      <p>Thanks.</p>
    </Section>,
  );
  expect(lines).toEqual(["Bring:", "", ...items.map((item) => ` * ${item}`), "", "Thanks."]);
});

it("should number an ordered list, and indent a list in a list", () => {
  const lines = draw(
    <ol>
      <li>
        Pack
        <ul>
          <li>Rice</li>
          <li>
            <a href="https://example.com/oil">Olive oil</a>
          </li>
        </ul>
      </li>
      <li>Send</li>
    </ol>,
  );
  expect(lines).toEqual([
    " 1. Pack",
    "    * Rice",
    "    * Olive oil https://example.com/oil",
    " 2. Send",
  ]);
});

it("should set the cells of a table apart, and its rows on lines", () => {
  const long = `https://example.com/${"a".repeat(100)}`;
  const lines = draw(
    <Section>
      <p>Your order:</p>
      <table>
        <caption>Order 12</caption>
        <thead>
          <tr>
            <th>What</th>
            <th>How much</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>Rice</td>
            <td>2 kg</td>
          </tr>
          <tr>
            <td>Olive oil</td>
            <td>
              <a href={long}>0.3 l</a>
            </td>
          </tr>
        </tbody>
      </table>
      <p>Thanks.</p>
    </Section>,
  );
  expect(lines.map((line) => line.trimEnd())).toEqual([
    "Your order:",
    "",
    "Order 12",
    "",
    "What        How much",
    "Rice        2 kg",
    "Olive oil   0.3 l",
    // Whole: a link that is cut does not open.
    `            ${long}`,
    "",
    "Thanks.",
  ]);
});

it("should ignore tables that are only layout", () => {
  const lines = draw(
    <Container>
      <Section>
        <Row>
          <Column>Rice</Column>
          <Column>2 kg</Column>
        </Row>
        <Row>
          <Column>
            <p>Olive oil</p>
          </Column>
          <Column>
            <table role="none">
              <tbody>
                <tr>
                  <td>0.3 l</td>
                </tr>
              </tbody>
            </table>
          </Column>
        </Row>
      </Section>
    </Container>,
  );
  expect(lines).toEqual(["Rice", "2 kg", "", "Olive oil", "", "0.3 l"]);
});

it("should set a heading apart, without capitals of its own", () => {
  const lines = draw(
    <Section>
      <p>Rice</p>
      <h2>For later</h2>
      <p>Olive oil</p>
    </Section>,
  );
  expect(lines).toEqual(["Rice", "", "For later", "", "Olive oil"]);
});

it("should leave out decoration", () => {
  const lines = draw(
    <Section>
      <Section data-skip-in-text>Not in text</Section>
      <img src="https://example.com/a.png" alt="Not in text" />
      <p data-skip-in-text>Not in text</p>
      <p>In text</p>
    </Section>,
  );
  expect(lines).toEqual(["In text"]);
});

it("should set the terms of a description list apart", () => {
  const lines = draw(
    <dl>
      <dt>Rice</dt>
      <dd>2 kg</dd>
      <dt>Olive oil</dt>
      <dd>0.3 l</dd>
    </dl>,
  );
  expect(lines).toEqual(["Rice", "2 kg", "Olive oil", "0.3 l"]);
});

it("should keep the lines of preformatted text, and write characters that have a name in HTML", () => {
  const lines = draw(
    <Section>
      <pre>{"a\n  b"}</pre>
      <p>
        {"Rice & <oil>"}
        <br />
        <span
          dangerouslySetInnerHTML={{ __html: "<!-- no --><b>Caf&eacute;</b>&nbsp;&#8364;&#x31;" }}
        />
      </p>
    </Section>,
  );
  expect(lines).toEqual(["a", "  b", "", "Rice & <oil>", "Caf&eacute;\u00a0€1"]);
});

it("should place cells that cover several columns or rows", () => {
  const lines = draw(
    <table>
      <tbody>
        <tr>
          <td rowSpan={2}>Rice</td>
          <td colSpan={2}>from a small farm</td>
        </tr>
        <tr>
          <td>2</td>
          <td>kg</td>
        </tr>
        <tr>
          <td colSpan={2}>Together</td>
          <td>5 €</td>
        </tr>
      </tbody>
    </table>,
  );
  expect(lines).toEqual(["Rice   from a small farm", "       2   kg", "Together   5 €"]);
});

it("should set two buttons apart, as html-to-text does", () => {
  const html = toHtml(
    <>
      <Action href="https://example.com/1">Accept</Action>
      <Action href="https://example.com/2">Decline</Action>
      <List items={[<Paragraph key={1}>Rice</Paragraph>, <Paragraph key={2}>Oil</Paragraph>]} />
    </>,
  );
  expect(toText(html)).toBe(htmlToText(html));
  expect(toText(html)).toContain("https://example.com/1\n\nDecline\nhttps://example.com/2\n\n *");
});

it("should take a < that begins no tag for text", () => {
  expect(toText("<body><p>a < b and c > d</p><p>1 <2</p></body>")).toBe("a < b and c > d\n\n1 <2");
});
