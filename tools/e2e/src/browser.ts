import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The system's Chromium, or an installed Chrome. */
export function openBrowser(): Promise<Browser> {
  // The headless shell takes a quarter of the CPU.
  const debian = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find((path) =>
    existsSync(path),
  );
  const args = ["--disable-quic", "--disable-background-networking", "--disable-component-update"];
  return debian
    ? chromium.launch({ executablePath: debian, args: [...args, "--no-sandbox"] })
    : chromium.launch({ channel: "chrome", args });
}
