import { expect, test } from "vitest";
import { ownerIn, withOwner } from "./clone.ts";

const licence = "MIT License\n\nCopyright (c) the starter\n\nPermission is hereby granted\n";

test("a licence gets the owner's line above that of the starter, which stays", () => {
  const once = withOwner(licence, "Acme & Sons $& Ltd");
  expect(once).toBe(
    "MIT License\n\nCopyright (c) Acme & Sons $& Ltd\nCopyright (c) the starter\n\nPermission is hereby granted\n",
  );
  expect(ownerIn(licence)).toBe("");
  expect(ownerIn(once)).toBe("Acme & Sons $& Ltd");
});

test("another owner replaces the first one, and the same changes nothing", () => {
  const once = withOwner(licence, "Acme");
  expect(withOwner(once, "Acme")).toBe(once);
  expect(withOwner(once, "Rocket")).toBe(withOwner(licence, "Rocket"));
});
