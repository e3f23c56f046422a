import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { shellWord } from "./shell-word.ts";

it
  .runIf(process.platform !== "win32")
  .each([
    "sam@example.com",
    "x|touch${IFS}/nowhere/pwned|y@example.com",
    "`id`$HOME'o\"hara'&{}@example.com",
  ])("gives a shell the whole address, and nothing to do: %s", (address) => {
  const printed = execFileSync("sh", ["-c", `printf %s ${shellWord(address)}`]).toString();
  expect(printed).toBe(address);
});

it("leaves an ordinary address as it is", () => {
  expect(shellWord("sam+news@mail.example.com")).toBe("sam+news@mail.example.com");
});
