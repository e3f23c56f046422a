import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Journal, type Place } from "./journal.ts";

let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(tmpdir(), "ses-local-journal-")), "journal");
});
afterEach(() => rmSync(path.dirname(file), { recursive: true }));

/** Opens the file as a journal of names. A name with a minus before it is deleted. */
function open() {
  const places = new Map<string, Place>();
  const journal = new Journal<string>(
    file,
    (name, place) => {
      if (!places.delete(name.replace("-", ""))) places.set(name, place);
    },
    () => places,
  );
  const read = () => [...places].map(([name, place]) => [name, String(journal.read(place))]);
  return { journal, places, read };
}

// Windows has no such modes.
test.runIf(process.platform !== "win32")(
  "should let nobody else on the machine read it, of an older version too",
  () => {
    writeFileSync(file, "", { mode: 0o644 });
    open().journal.append("a");
    expect(statSync(file).mode & 0o777).toBe(0o600);
  },
);

test.each(["7", "7 {", '7 "c"\n', '7 "c"\n123456'])(
  "should continue after a process was killed while it wrote %j",
  (half) => {
    const { journal } = open();
    journal.append("a", Buffer.from('line\n0 "x"\n'));
    journal.append("b");
    appendFileSync(file, half);
    const again = open();
    again.journal.append("d", Buffer.from("!"));
    const expected = [
      ["a", 'line\n0 "x"\n'],
      ["b", ""],
      ["d", "!"],
    ];
    expect(again.read()).toEqual(expected);
    expect(open().read()).toEqual(expected);
  },
);

test("should stay small, and keep what is left, when most of it is deleted", () => {
  const { journal, read } = open();
  journal.append("first", Buffer.from("kept"));
  const large = Buffer.alloc(3_000_000, "x");
  for (let i = 0; i < 8; i += 1) {
    journal.append("large", large);
    journal.append("-large");
  }
  journal.append("last", Buffer.from("kept too"));
  expect(statSync(file).size).toBeLessThan(8_000_000);
  const expected = [
    ["first", "kept"],
    ["last", "kept too"],
  ];
  expect(read()).toEqual(expected);
  expect(open().read()).toEqual(expected);
});
