// Started by runtime.ts: takes one run at a time from its parent, and answers with its end.
import dns from "node:dns";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { End, Start } from "./runtime.ts";

type Setters = Record<string, (value: unknown) => void>;
interface LanguageServer {
  run: (call: { request: unknown }, reply: (error?: Error | null) => void) => void;
  onPulumiExit: (failed: boolean) => void;
}

const require = createRequire(import.meta.url);
const server = require("@pulumi/pulumi/automation/server.js") as {
  LanguageServer: new (program: () => Promise<unknown>) => LanguageServer;
};
const messages = require("@pulumi/pulumi/proto/language_pb.js") as {
  RunRequest: new () => Setters & { getConfigMap: () => Map<string, string> };
};

let printed = "";
process.stdout.write = process.stderr.write = (text) => {
  printed += String(text);
  return true;
};

const machines = dns.getServers();
let runs = 0;
process.on("message", (start: Start) => {
  const { folder, project, stack, config, preview, engine, nameServer } = start;
  for (const each of [dns, dns.promises]) each.setServers(nameServer ? [nameServer] : machines);

  const request = new messages.RunRequest();
  const fields = { Project: project, Stack: stack, Organization: "organization" };
  const where = { MonitorAddress: engine, ArgsList: [engine], Dryrun: preview, Parallel: 16 };
  for (const [field, value] of Object.entries({ ...fields, ...where })) {
    request[`set${field}`]?.(value);
  }
  for (const [key, value] of Object.entries(config)) request.getConfigMap().set(key, value);

  const main = pathToFileURL(join(folder, "index.ts")).href;
  runs += 1;
  // Another query makes another module: the program runs anew, and what it imports stays loaded.
  const program = async () => {
    const { default: outputs } = (await import(`${main}?${runs}`)) as { default: unknown };
    return outputs;
  };
  const language = new server.LanguageServer(program);
  let answered = false;
  language.run({ request }, (error) => {
    // After an error it replies a second time.
    if (answered) return;
    answered = true;
    // It has told the engine of this error already.
    let exitCode = error ? 1 : 0;
    try {
      language.onPulumiExit(exitCode !== 0);
    } catch (leak) {
      exitCode = 1;
      printed += (leak as Error).message;
    }
    const end: End = { exitCode, printed };
    printed = "";
    process.send?.(end);
  });
});
