import { expect, it } from "vitest";
import { describeDevice } from "./device.ts";

const gecko = "Mozilla/5.0";
const webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";

it.each([
  [`${gecko} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, "Firefox, Linux"],
  [
    `${gecko} (Windows NT 10.0; Win64; x64) ${webkit} Chrome/140.0 Safari/537.36`,
    "Chrome, Windows",
  ],
  [`${gecko} (Windows NT 10.0) ${webkit} Chrome/140.0 Safari/537.36 Edg/140.0`, "Edge, Windows"],
  [
    `${gecko} (Linux; Android 15; K) ${webkit} Chrome/140.0 Mobile Safari/537.36`,
    "Chrome, Android",
  ],
  [
    `${gecko} (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${webkit} Version/18.0 Safari/604.1`,
    "Safari, iPhone",
  ],
  [
    `${gecko} (Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/18.0 Safari/605.1`,
    "Safari, Mac",
  ],
  ["curl/8.0", undefined],
  ["<script>alert(1)</script> on Linux", "Linux"],
  [undefined, undefined],
])("reads %s", (userAgent, words) => {
  expect(describeDevice(userAgent)).toBe(words);
});
