import { expect, test } from "vitest";
import { removeLines, removeSection, replaceOnce } from "./edit.ts";

const text = "one\ntwo {\n  three\n}\nfour\n";

test("removes every line that contains a text, or begins with it", () => {
  expect(removeLines("file", text, "o")).toBe("  three\n}\n");
  expect(removeLines("file", text, "^o")).toBe("two {\n  three\n}\nfour\n");
});

test("removes from one line to another", () => {
  expect(removeLines("file", text, "two … ^}")).toBe("one\nfour\n");
  expect(() => removeLines("file", text, "two … five")).toThrow(/file does not contain "five"/);
});

test("refuses to replace a text that is missing, or there twice", () => {
  expect(replaceOnce("file", text, "three", "3")).toBe("one\ntwo {\n  3\n}\nfour\n");
  for (const old of ["five", "o"])
    expect(() => replaceOnce("file", text, old, "")).toThrow(/file does not contain/);
});

test("removes a section of a document, up to the next heading of its level", () => {
  const page = "# Page\n\n## One\n\n### More\n\n## Two\n\ntext\n";
  expect(removeSection(page, "## One")).toBe("# Page\n\n## Two\n\ntext\n");
  expect(removeSection(page, "## Two")).toBe("# Page\n\n## One\n\n### More\n\n");
});
