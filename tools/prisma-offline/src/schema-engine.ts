#!/usr/bin/env node
// Replaces the schema engine binary that the Prisma CLI would download. The CLI starts it
// (PRISMA_SCHEMA_ENGINE_BINARY) and speaks JSON-RPC with it, one message per line.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type Engine, execute, openEngine } from "./engine.ts";

type Request = { id: number; method: string; params?: Record<string, unknown> };

const { values: options, positionals } = parseArgs({
  options: {
    version: { type: "boolean" },
    datasource: { type: "string" },
    datamodels: { type: "string", multiple: true, default: [] },
    "enabled-preview-features": { type: "string" },
    "extension-types": { type: "string" },
  },
  allowPositionals: true,
});
const { url = "", shadowDatabaseUrl } = JSON.parse(options.datasource ?? "{}") as {
  url?: string;
  shadowDatabaseUrl?: string;
};

if (options.version) console.log("schema-engine-wasm");
else if (positionals[0] === "cli") process.exitCode = await runCommand(positionals[1]);
else await serve();

async function serve(): Promise<void> {
  // The engine reports a panic by this callback. The CLI recognizes a panic by the exit code 101.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        logError({ is_panic: true, message });
        process.exit(101);
      },
    },
  });
  let opened: ReturnType<typeof openEngine> | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as Request;
    // The CLI's answer to our "print".
    if (!request.method) continue;
    try {
      opened ??= openEngine(url, {
        schema: options.datamodels.map((file) => [file, readFileSync(file, "utf8")]),
        shadowUrl: shadowDatabaseUrl,
      });
      reply({ id: request.id, result: await call((await opened).engine, request) });
    } catch (error) {
      const {
        code,
        message,
        meta = {},
      } = error as { code?: string; message?: string; meta?: object };
      const data = { is_panic: false, error_code: code, message: message ?? String(error), meta };
      reply({ id: request.id, error: { code: 4466, message: "An error happened.", data } });
    }
  }
  // The CLI already knows if the engine could not be opened.
  await opened?.then(
    ({ close }) => close(),
    () => {},
  );
}

async function call(engine: Engine, { id, method, params }: Request): Promise<unknown> {
  const methods = engine as unknown as Record<string, (params: unknown) => Promise<unknown>>;
  switch (method) {
    case "createDatabase":
      return { databaseName: databaseOf(url) };
    case "getDatabaseVersion":
      return await engine.version();
    case "evaluateDataLoss":
    case "createMigration":
      // These need the schema that the migrations make, which only devDiagnostic computes.
      await methods["devDiagnostic"]?.(params);
      break;
    case "diff": {
      const result = await engine.diff(params as unknown as Parameters<Engine["diff"]>[0]);
      // The native engine asks the CLI to print it, with a separate request.
      if (result.stdout) reply({ id, method: "print", params: { content: result.stdout } });
      return { ...result, stdout: null };
    }
  }
  const run = methods[method];
  if (!run) throw new Error(`The schema engine has no method ${method}`);
  return (await run.call(engine, params)) ?? null;
}

/** Commands that the CLI runs before it migrates. @returns the exit code */
async function runCommand(command = ""): Promise<number> {
  const database = databaseOf(url);
  const server = new URL(url);
  // A connection cannot create or drop its own database.
  server.pathname = database === "postgres" ? "template1" : "postgres";
  const name = `"${database.replaceAll('"', '""')}"`;
  try {
    if (command === "can-connect-to-database") await execute(url, "SELECT");
    else if (command === "create-database") await execute(server.href, `CREATE DATABASE ${name}`);
    else if (command === "drop-database")
      await execute(server.href, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    else throw new Error(`The schema engine has no command ${command}`);
    return 0;
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    // https://www.prisma.io/docs/orm/reference/error-reference
    const known: Record<string, string> = { "3D000": "P1003", "28P01": "P1000", "42P04": "P1009" };
    const reason = message || `Can't reach database server at ${server.host}`;
    logError({ is_panic: false, error_code: known[code] ?? "P1001", message: reason });
    return 1;
  }
}

function databaseOf(address: string): string {
  return decodeURIComponent(new URL(address).pathname.slice(1)) || "postgres";
}

function reply(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
}

/** The CLI skips the first line of standard error, so write an empty one. */
function logError(fields: object): void {
  const line = { level: "ERROR", target: "schema_engine::logger", fields, span: {} };
  process.stderr.write(`\n${JSON.stringify(line)}\n`);
}
