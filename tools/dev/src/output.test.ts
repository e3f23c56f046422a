import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { formatLine, parseLine, table } from "./output.ts";

const shown = (line: string) => stripVTControlCharacters(formatLine(parseLine(line)));

it("shows every address once", () => {
  const ports = { PORT: 1, PREVIEW_PORT: 2, SES_LOCAL_PORT: 3, SES_LOCAL_SMTP_PORT: 4 };
  const text = stripVTControlCharacters(table(ports, ".local/pg", "4.5"));
  for (const port of Object.values(ports)) {
    expect(text.match(new RegExp(`localhost:${port}\\b`, "g"))).toHaveLength(1);
  }
});

it("makes a log line readable", () => {
  const log = { level: 30, time: 1, pid: 2, hostname: "h", name: "web", port: 3000 };
  const line = JSON.stringify({ ...log, req: { method: "GET" }, msg: "listening" });
  expect(shown(`@repo/web:dev: ${line}`)).toBe("web       listening port=3000 req.method=GET");
});

it("shows type, code and message of a logged error, and then where it was thrown", () => {
  const err = {
    type: "EmailError",
    code: "INVALID_PROPS",
    message: "The props of digest do not fit.\nSee schema.ts.",
    // As web logs it: without the message.
    stack: "    at checkProps (new-message.ts:1:2)\n    at enqueue (enqueue.ts:3:4)",
  };
  const line = JSON.stringify({ level: 50, msg: "request errored", code: "INTERNAL", err });
  expect(shown(`@repo/web:dev: ${line}`)).toBe(
    [
      "web       request errored code=INTERNAL",
      "web       EmailError INVALID_PROPS: The props of digest do not fit.",
      "web       See schema.ts.",
      "web           at checkProps (new-message.ts:1:2)",
      "web           at enqueue (enqueue.ts:3:4)",
    ].join("\n"),
  );
});

it("shows the message of a logged error once, if its stack begins with it", () => {
  const err = { type: "Error", message: "x", stack: "Error: x\n    at y" };
  const line = JSON.stringify({ level: 50, msg: "failed", err });
  expect(shown(`@repo/worker:dev: ${line}`)).toBe(
    "worker    failed\nworker    Error: x\nworker        at y",
  );
});

it("shows the reason of the worker's error first, and then where it was thrown", () => {
  const reason = "There is no such template. The templates are: digest, welcome.";
  const error = { code: "UNKNOWN_TEMPLATE", at: ["at render (a.ts:1:2)", "at call (b.ts:3:4)"] };
  const line = JSON.stringify({
    level: 50,
    msg: "kept for later",
    template: "x",
    ...error,
    reason,
  });
  expect(shown(`@repo/worker:dev: ${line}`)).toBe(
    [
      "worker    kept for later template=x",
      "worker    UNKNOWN_TEMPLATE: There is no such template. The templates are: digest, welcome.",
      "worker        at render (a.ts:1:2)",
      "worker        at call (b.ts:3:4)",
    ].join("\n"),
  );
  // The text of an error that is not ours is not logged.
  const other = JSON.stringify({ level: 50, msg: "trying again", code: "ECONNREFUSED", at: [] });
  expect(shown(`@repo/worker:dev: ${other}`)).toBe(
    "worker    trying again\nworker    ECONNREFUSED",
  );
});

it("shows a list in one field", () => {
  const line = JSON.stringify({ level: 30, msg: "looked", categories: ["account", "news"] });
  expect(shown(`@repo/worker:dev: ${line}`)).toBe('worker    looked categories=["account","news"]');
});

it("passes on lines that are not log lines", () => {
  expect(shown("\u001b[35m@repo/ses-local:dev: \u001b[0mrefused: {")).toBe("ses-local refused: {");
  expect(shown("• Running dev in 12 packages")).toBe("turbo     • Running dev in 12 packages");
});
