import { parseEnv } from "node:util";
import fc from "fast-check";
import { expect, it } from "vitest";
import { mergeEnvFile, valuesIn } from "./env-file.ts";
import { SetupError } from "./error.ts";

const merge = (text: string, settings: Record<string, string>) =>
  mergeEnvFile(text, new Map(Object.entries(settings)), "made by a test");

it("changes a value in place, and nothing else in the file", () => {
  const before = `# --- Email ---
EMAIL_FROM="Name <name@example.com>"

AWS_REGION=us-east-1 # near us
# AWS_REGION=eu-west-1
export SES_CONFIGURATION_SET = 'old'   # of the first stack
NOTE="of two lines,
AWS_REGION=not-this-one"
OTHER=\`kept\`
`;
  expect(merge(before, { AWS_REGION: "eu-central-1", SES_CONFIGURATION_SET: "app-dev" })).toBe(
    before
      .replace("AWS_REGION=us-east-1 #", "AWS_REGION=eu-central-1 #")
      .replace("SES_CONFIGURATION_SET = 'old'   #", "SES_CONFIGURATION_SET=app-dev #"),
  );
});

it("adds missing variables at the end, under their own heading", () => {
  expect(merge("A=1", { B: "2", C: "" })).toBe("A=1\n\n# made by a test\nB=2\nC=\n");
  expect(merge("", { B: "2" })).toBe("# made by a test\nB=2\n");
});

it("keeps the spelling of a value that is right", () => {
  const text = `A="1"\nB=2   # two\n`;
  expect(merge(text, { A: "1", B: "2" })).toBe(text);
});

it("empties a value that a comment follows", () => {
  expect(parseEnv(merge("A=secret # mine\n", { A: "" }))).toEqual({ A: "" });
});

it("writes nothing after an empty value, because Node.js would read the next line as the value", () => {
  expect(parseEnv("A= \nB=1\n")).toEqual({ A: "B=1" });
  expect(merge("A= \nB=1\n", { A: "" })).toBe("A=\nB=1\n");
});

it("sets every occurrence of a name, because the last one counts", () => {
  expect(merge("A=1\nA=2\n", { A: "3" })).toBe("A=3\nA=3\n");
});

it("keeps Windows line ends", () => {
  expect(merge("A=1\r\nB=2\r\n", { B: "3", C: "4" })).toBe(
    "A=1\r\nB=3\r\n\r\n# made by a test\r\nC=4\r\n",
  );
});

it.each([
  ["plain", "wJalr/XUtn+FEMI=", "A=wJalr/XUtn+FEMI=\n"],
  ["with a space", "Name <name@example.com>", `A="Name <name@example.com>"\n`],
  ["with a hash", "a#b", `A="a#b"\n`],
  ["with a dollar", "a$b", "A='a$b'\n"],
  ["with an apostrophe", "it's", `A="it's"\n`],
  ["with a quote", 'a"b', `A='a"b'\n`],
  ["with a backslash", "a\\b", "A='a\\b'\n"],
])(
  "quotes a value %s only if needed, so that a shell, Docker, Node.js and Fly read the same",
  (_, value, line) => {
    expect(merge("A=\n", { A: value })).toBe(line);
  },
);

it("takes a byte order mark, and refuses another encoding than UTF-8", () => {
  expect([...valuesIn("\uFEFFA=1\nB=2\n").keys()]).toEqual(["A", "B"]);
  expect(parseEnv(merge("\uFEFFA=1\n", { A: "2" }))).toMatchObject({ A: "2" });
  const utf16 = Buffer.from("\uFEFFA=1\r\n", "utf16le").toString();
  expect(() => merge(utf16, { A: "2" })).toThrow(/save it as UTF-8/);
});

it("refuses a value that cannot be quoted, by its name and without showing it", () => {
  expect(() => merge("", { A: `it's a "secret"` })).toThrow(
    new SetupError("A has quotes that an env file cannot hold."),
  );
});

it("in any file, sets each variable, keeps the others, and changes nothing the second time", () => {
  const name = fc.constantFrom("A", "B", "C_1", "D", "E");
  const value = fc.string({ unit: fc.constantFrom(..."ab1 #$=\\`\"'/+é") });
  const line = fc.oneof(
    fc.tuple(name, value).map(([key, text]) => `${key}=${text.replaceAll(/["'`]/g, "").trim()}`),
    fc
      .tuple(name, value)
      .map(([key, text]) => `export ${key} = '${text.replaceAll("'", "\n")}' # c`),
    fc.tuple(name, value).map(([key, text]) => `${key}="${text.replaceAll('"', "\nA=")}"`),
    fc.constantFrom("", "# a comment", "## A=1 is a comment", "  "),
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\n", ""))
    .map(([lines, end]) => lines.join("\n") + end);
  const settings = fc.dictionary(
    name,
    value.filter((text) => !/'.*"|".*'/.test(text)),
  );
  fc.assert(
    fc.property(file, settings, (text, wanted) => {
      // Node.js reads a comment as a name: `# A=1` sets "# A".
      const read = (merged: string) =>
        Object.fromEntries(Object.entries(parseEnv(merged)).filter(([key]) => /^\w+$/.test(key)));
      let merged: string;
      try {
        merged = merge(text, wanted);
      } catch (error) {
        expect(error).toBeInstanceOf(SetupError);
        return;
      }
      expect(read(merged)).toEqual({ ...read(text), ...wanted });
      expect(merge(merged, wanted)).toBe(merged);
      const comments = (all: string) => all.split("\n").filter((each) => each === "# a comment");
      expect(comments(merged)).toEqual(comments(text));
    }),
    { numRuns: 2000 },
  );
});
