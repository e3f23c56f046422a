import { describe, expect, it } from "vitest";
import { makers } from "./clients.ts";
import { readDocument } from "./document.ts";
import { type CheckName, type Email, lint } from "./lint.ts";

const page = (body: string, style = "") =>
  `<!DOCTYPE html><html lang="en"><head><title>Hello</title>${style}</head><body>${body}</body></html>`;

const good: Email = {
  subject: "Hello",
  html: page(
    '<div style="display:none">A preheader</div><h1>Hello</h1><p>Read <a href="https://example.com/a?b=c&amp;d=e">the news</a>.</p><img src="https://example.com/a.png" alt="A picture">',
  ),
  text: "Hello\n\nRead the news https://example.com/a?b=c&d=e.\n",
  headers: {},
};

const find = (check: CheckName, changed: Partial<Email>) =>
  lint({ ...good, ...changed }).find((found) => found.check === check);
const withBody = (body: string, text = "") => ({ html: page(body), text });

it("finds nothing wrong with a good email", () => {
  const found = lint(good).filter(({ verdict }) => verdict !== "good");
  expect(found).toMatchObject([{ check: "Clients", verdict: "note" }]);
});

it("asks of plain text only what plain text can have", () => {
  const found = lint({ ...good, html: "" });
  expect(found.map(({ check }) => check)).toEqual([
    "Links",
    "Unsubscribe",
    "Plain text",
    "Placeholders",
  ]);
  expect(found.every(({ verdict }) => verdict === "good")).toBe(true);
});

it.each([
  ["elements that do not end", "<b>".repeat(330_000)],
  ["elements that end with another", `<p>${"<mi>".repeat(500)}</p>`.repeat(500)],
])(
  "finds the last link in a megabyte of %s",
  (_name, html) => {
    const end = '<a href="https://example.com/">The <b>last</b></a> words';
    const { links, words } = readDocument(html + end);
    expect(links).toEqual([{ url: "https://example.com/", label: "The last" }]);
    expect(words).toEqual(["The", "last", "words"]);
  },
  // A tenth of a second is enough. In quadratic time it would take longer than this.
  10_000,
);

it("hides a long part to its end, whether or not its elements have end tags", () => {
  const items = "<li>A<br><svg><path/></svg><b>bold</b>".repeat(1_000);
  const { words } = readDocument(`<div style="display:none"><ul>${items}</ul></div>end`);
  expect(words).toEqual(["end"]);
});

describe("Clients", () => {
  it("names what a client does not support, and where", () => {
    expect(find("Clients", withBody('<div style="display:grid">A</div>'))).toMatchObject({
      verdict: "fault",
      details: [expect.stringMatching(/^display:grid: not in .*outlook\.windows/)],
    });
  });

  it("takes for harmless what only makes an email plainer, and says so", () => {
    const style = "<style>.a{border-radius:4px}</style>";
    const html = page('<p class="a" style="border-radius:4px">A</p>', style);
    expect(find("Clients", { html })).toMatchObject({ verdict: "note" });
    expect(find("Clients", { html })?.details.join()).toMatch(/border-radius: not in .* plainer/);
  });

  it("says that it could not read elements nested thousands deep", () => {
    const html = "<div>".repeat(10_000);
    expect(find("Clients", { html })).toMatchObject({ verdict: "note" });
  });

  it("gives React Email's preview the same clients", () => {
    expect(makers).toEqual(["apple-mail", "gmail", "outlook", "samsung-email", "yahoo"]);
  });
});

it.each([
  ["https://example.com/", "good"],
  ["mailto:sam@example.com", "good"],
  ["http://localhost:3000/verify", "note"],
  ["http://127.0.0.1:3000/", "note"],
  ["http://example.com/", "fault"],
  ["/verify", "fault"],
  ["//example.com/", "fault"],
  ["javascript:alert(1)", "fault"],
  ["https://", "fault"],
  ["", "fault"],
])("judges a link to %j: %s", (href, verdict) => {
  const found = find("Links", withBody(`<a href="${href}">A</a>`, href));
  expect(found).toMatchObject({ verdict });
});

it.each([
  ['<img src="https://example.com/a.png" alt="">', "good"],
  ['<img src="cid:a" alt="A">', "good"],
  ['<img src="http://localhost:3000/a.png" alt="A">', "note"],
  ['<img src="https://example.com/a.png">', "fault"],
  ['<img src="/a.png" alt="A">', "fault"],
  ['<img alt="A">', "fault"],
])("judges the picture %s: %s", (picture, verdict) => {
  expect(find("Pictures", withBody(picture))).toMatchObject({ verdict });
});

it.each([
  [0, "note"],
  [1, "good"],
  [2, "note"],
])("judges %i h1: %s", (count, verdict) => {
  expect(find("Headings", withBody("<h1>A</h1>".repeat(count)))).toMatchObject({ verdict });
});

it.each([
  [1_000, "good"],
  [80_000, "note"],
  [102_000, "fault"],
])("judges %i bytes of HTML: %s", (bytes, verdict) => {
  expect(find("Size", { html: "é".repeat(bytes / 2) })).toMatchObject({ verdict });
});

describe("Unsubscribe", () => {
  const offered = withBody('<a href="https://example.com/unsubscribe/x">Unsubscribe</a>');
  const url = "<https://example.com/unsubscribe/x>";
  const post = "List-Unsubscribe=One-Click";

  it.each<[string, Partial<Email>, Record<string, string>, string]>([
    ["no header and no link", {}, {}, "good"],
    ["a link, and no header", offered, {}, "fault"],
    ["both headers", offered, { "list-unsubscribe": url, "list-unsubscribe-post": post }, "good"],
    ["no one-click", offered, { "list-unsubscribe": url }, "fault"],
    [
      "an address of email only",
      offered,
      { "list-unsubscribe": "<mailto:stop@example.com>", "list-unsubscribe-post": post },
      "fault",
    ],
    [
      "headers, and no link",
      {},
      { "list-unsubscribe": url, "list-unsubscribe-post": post },
      "note",
    ],
    [
      "this machine",
      offered,
      { "list-unsubscribe": "<http://localhost:3000/u>", "list-unsubscribe-post": post },
      "note",
    ],
  ])("judges %s", (_name, email, headers, verdict) => {
    expect(find("Unsubscribe", { ...email, headers })).toMatchObject({ verdict });
  });
});

describe("Plain text", () => {
  it("must exist, and have every link", () => {
    expect(find("Plain text", { text: " " })).toMatchObject({ verdict: "fault" });
    expect(find("Plain text", { text: "Hello\n\nRead the news." })).toMatchObject({
      verdict: "fault",
      details: ["https://example.com/a?b=c&d=e"],
    });
  });

  it("must keep words apart, and write them as the HTML does", () => {
    const html = page(
      "<table><tr><td>Rice</td><td>2 kg</td></tr></table><p>Thank <b>you</b>rs</p>",
    );
    const judge = (text: string) => find("Plain text", { html, text });
    expect(judge("Rice 2 kg\n\nThank yours")).toMatchObject({ verdict: "good" });
    expect(judge("Rice2 kg\n\nTHANK yours")).toMatchObject({
      verdict: "note",
      details: ["Only in the HTML: Rice, 2, Thank", "Only in the plain text: Rice2, THANK"],
    });
  });

  it("may have the marks of lists, lines and quotations", () => {
    const html = page("<ul><li>Rice</li></ul><blockquote>Good</blockquote>");
    expect(find("Plain text", { html, text: "* Rice\n----\n> Good" })).toMatchObject({
      verdict: "good",
    });
  });
});

it.each(["Hi undefined", "Hi {{name}}", "Hi ${name}", "On Invalid Date", "It is [object Object]"])(
  "finds the placeholder in %j",
  (text) => {
    expect(find("Placeholders", { text })).toMatchObject({ verdict: "fault" });
    expect(find("Placeholders", { subject: text })).toMatchObject({ verdict: "fault" });
  },
);

it.each([
  ["links", '<a href="'],
  ["pictures", "<img "],
  ["words", "a ".repeat(8)],
  ["tags", "<div><p>"],
  ["quotes", '<a title="'],
])("ends soon with the %s of a hostile email", (_name, part) => {
  // In quadratic time this would take longer than a test may.
  const html = part.repeat(100_000 / part.length);
  expect(lint({ ...good, html, text: html })).not.toEqual([]);
  const longer = lint({ ...good, html: part.repeat(30_000_000 / part.length) });
  expect(longer).toMatchObject([{ check: "Size", verdict: "fault" }]);
});

it("knows that Gmail shows no picture from a data: address, and that of cid: nothing is wrong", () => {
  const picture = (src: string) =>
    find("Pictures", withBody(`<h1>T</h1><img src="${src}" alt="QR">`));
  expect(picture("data:image/png;base64,iVBORw0KGgo=")).toMatchObject({
    verdict: "fault",
    details: [expect.stringMatching(/^data: \(QR\): attach it/)],
  });
  expect(picture("cid:qr")?.verdict).toBe("good");
});

it("takes names and words that only look like a missing value for text", () => {
  expect(find("Placeholders", { text: "Hello Nan. Null problem." })?.verdict).toBe("good");
  expect(find("Placeholders", { text: "Hello undefined. NaN €." })?.verdict).toBe("fault");
});

// In German, Norwegian and Estonian "null" means zero, and in Italian "null'altro" nothing else.
it.each([
  "Du hast null Fehler.",
  "Das Risiko ist gleich null.",
  "Ergebnis: null Fehler",
  "Von null auf hundert, bei null Grad. Null Problem!",
  "Wir haben drei zu null gewonnen, und die Vorwahl ist null null sieben.",
  "Du har null feil.",
  "Non vogliamo null'altro.",
  "This contract is null and void. A null-terminated text is safe.",
])("takes null for a word in %j", (text) => {
  expect(
    find("Placeholders", { subject: text, ...withBody(`<p>${text}</p>`), text }),
  ).toMatchObject({ verdict: "good" });
});

it.each([
  "null",
  "Hi null,",
  "Welcome, null!",
  "Dear null null,",
  "Guten Tag, null,",
  "Order: null",
  "It costs €null.",
  "Order #null is on its way",
  "Open https://example.com/orders/null.",
  "Open https://example.com/orders?id=null&from=email",
])("finds the missing value in %j", (text) => {
  expect(find("Placeholders", { text: `Thank you.\n\n${text}\n` })?.verdict).toBe("fault");
  expect(find("Placeholders", withBody(`<p>Thank you</p><p>${text}</p>`))?.verdict).toBe("fault");
});

it("finds a missing value in the cell of a table", () => {
  const table = "<table><tr><td>Receipt</td><td>null</td></tr></table>";
  expect(find("Placeholders", withBody(table))?.verdict).toBe("fault");
  expect(find("Placeholders", { text: "Receipt   null\nTotal     12" })?.verdict).toBe("fault");
});
