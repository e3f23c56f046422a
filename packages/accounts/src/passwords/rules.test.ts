import { brand } from "@repo/brand";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PASSWORD_LENGTH, findWeakness, normalizePassword } from "./rules.ts";

const about = { name: "Sam Sample", email: "sam.sample@mail.example.com" };
const check = (password: string) => findWeakness(password, about, "Brandly");

describe("takes", () => {
  it.each([
    "x8Kq!2vLw9Zp",
    "kq3xv9lm",
    "correct horse battery staple",
    "password dragon monkey sunshine",
    "a new password",
    "sam likes trains",
    "Brandly is what I use",
    "samples of dragons",
    "пароль от моей почты",
    "正確馬電池釘書針四つの",
    "🐎🔋📎🧷🐎🔋📎🎈",
    "1984-07-31 19:52",
    "a b c d e f g h",
  ])("%s", (password) => {
    expect(check(password)).toBeUndefined();
  });
});

describe("refuses", () => {
  it.each<[string, string[]]>([
    ["short", ["", "kq3xv9l", " ".repeat(7), "🐎🔋📎🧷🐎🔋📎"]],
    ["long", ["kq3 xv9 lm! ".repeat(11)]],
    [
      "sequence",
      [
        "12345678",
        "1234567890123",
        "87654321",
        "67890123",
        "21098765",
        "abcdefgh",
        "HGFEDCBA",
        "aaaaaaaa",
        "AaAaAaAa",
        "abcabcabc",
        "12341234",
        "        ",
        "\u3000".repeat(8),
        "１２３４５６７８",
        "🐎🐎🐎🐎🐎🐎🐎🐎",
      ],
    ],
    [
      "personal",
      [
        "sam.sample@mail.example.com",
        "SAM.SAMPLE@MAIL.EXAMPLE.COM",
        "Sam.Sample",
        "Sam.Sample1",
        "sam sample",
        "SampleSam",
        "samsample!!",
        "1984sample",
        "mail.example.com",
        "example1",
        "brandly123",
        "--Brandly--",
        "Br\uFF41ndly1",
        "brandlysam",
      ],
    ],
    [
      "common",
      [
        "password",
        "PassWord",
        "ｐａｓｓｗｏｒｄ",
        "password1",
        "Password1!",
        "Summer2024!",
        "iloveyou",
        "qwertyuiop",
        "1q2w3e4r",
        "12345678!",
        "passw0rd",
        "trustno1",
      ],
    ],
  ])("and says: %s", (message, passwords) => {
    expect(passwords.map((password) => [password, check(password)])).toEqual(
      passwords.map((password) => [password, message]),
    );
  });

  it("a local part that is no word, and a name in another script", () => {
    const those = { name: "王小明 李", email: "x9y2k4q7@example.com" };
    expect(findWeakness("X9Y2K4Q7!", those, "Brandly")).toBe("personal");
    expect(findWeakness("王小明王小明12", those, "Brandly")).toBe("personal");
  });

  it("the name in brand.json, with or without a person's name", () => {
    const name = `${brand.name}12345678`;
    expect(findWeakness(name, { email: "sam@example.com" })).toBe("personal");
  });
});

it("counts code points after normalization", () => {
  // One keyboard sends eight code points, another sends sixteen.
  const eight = "éöüàèìòù";
  for (const form of ["NFC", "NFD"]) {
    expect(check(eight.normalize(form))).toBeUndefined();
    expect(check(eight.slice(1).normalize(form))).toBe("short");
  }
  // The emoji of a horse is two UTF-16 units.
  const longest = "🐎 horse".repeat(20).slice(0, 2 * PASSWORD_LENGTH.max);
  const points = [...longest].slice(0, PASSWORD_LENGTH.max);
  expect(check(points.join(""))).toBeUndefined();
  expect(check([...points, "x"].join(""))).toBe("long");
});

it("gives the same verdict for passwords that have the same hash", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 30 });
  fc.assert(
    fc.property(text, text, (password, name) => {
      const those = { name, email: `${name}@example.com` };
      const verdict = findWeakness(password, those);
      expect(findWeakness(normalizePassword(password), those)).toBe(verdict);
      expect(findWeakness(password.normalize("NFD"), those)).toBe(verdict);
    }),
  );
});

it("accepts twelve random characters", () => {
  const random = fc.string({
    unit: fc.constantFrom(..."abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%&*-+"),
    minLength: 12,
    maxLength: 12,
  });
  for (const password of fc.sample(fc.noBias(random), 200)) {
    expect([password, check(password)]).toEqual([password, undefined]);
  }
});
