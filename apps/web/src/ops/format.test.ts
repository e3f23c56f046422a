import { expect, it } from "vitest";
import { ago, describeDetail, percent, safe, versionOf, withoutIds } from "./format.tsx";

const TOKEN = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";

it("cuts from a text everything that could log somebody in", () => {
  expect(safe(`550 see https://a.example/reset?token=${TOKEN}&x=1 for more`)).toBe(
    "550 see https://a.example/reset?… for more",
  );
  expect(safe(`a\nb ${TOKEN}`)).toBe("a b [long]");
  expect(safe("550 5.1.1 no such user abc123")).toBe("550 5.1.1 no such user abc123");
  const name = "a-domain-with-a-name-that-is-longer-than-a-token.example";
  expect(safe(name)).toBe(name);
  expect(describeDetail({ a: { b: `token=${TOKEN}` }, c: 1, d: null })).toBe(
    "a.b: token=[long], c: 1",
  );
});

it("writes shares and times as people read them", () => {
  const text = [0, 0.05, 0.0012, 1].map(percent).map((each) => each.replace("\u00A0", " "));
  expect(text).toEqual(["0 %", "5 %", "0.12 %", "100 %"]);
  const now = Date.parse("2030-01-31T12:00:00Z");
  expect(ago(new Date(now - 100_000), now)).toBe("2 min. ago");
  expect(ago(new Date(now + 7_200_000), now)).toBe("in 2 hr.");
});

it("shortens a commit's id, and leaves out the id of an operator's account", () => {
  expect(versionOf("0123456789abcdef0123456789abcdef01234567")).toBe("0123456789ab");
  expect(versionOf("1.2.3")).toBe("1.2.3");
  expect(withoutIds("by Sam (0198c0de-0000-7000-8000-000000000000), because: (x)")).toBe(
    "by Sam, because: (x)",
  );
});
