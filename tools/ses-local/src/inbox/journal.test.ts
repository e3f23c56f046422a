import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { Store } from "./store.ts";

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);

// Windows has no such modes.
test.runIf(process.platform !== "win32")(
  "should let nobody else on the machine read what it keeps, of an older version too",
  () => {
    const data = mkdtempSync(path.join(tmpdir(), "ses-local-journal-"));
    const messages = path.join(data, "messages");
    mkdirSync(messages, { mode: 0o755 });
    writeFileSync(path.join(data, "tally.jsonl"), "", { mode: 0o644 });
    const store = new Store(data, 10);
    store.add(Buffer.from("Subject: Hello\r\n\r\nHello"), {
      messageId: "0100-id",
      recipients: ["name@example.com"],
      tags: {},
      configurationSet: null,
      via: "api",
    });
    expect(mode(messages)).toBe("700");
    expect(mode(path.join(data, "tally.jsonl"))).toBe("600");
    for (const file of readdirSync(messages)) {
      expect(mode(path.join(messages, file))).toBe("600");
    }
    rmSync(data, { recursive: true });
  },
);
