import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { PrismaPg } from "@prisma/adapter-pg";
import {
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQueryable,
  bindMigrationAwareSqlAdapterFactory,
} from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";

/** Prisma's schema engine: what `prisma migrate` and `prisma db` run. */
export type Engine = bindings.SchemaEngine;

/**
 * Opens Prisma's schema engine in this process. It is the WebAssembly that Prisma publishes to the
 * npm registry, so no binary is downloaded. Its version must match `prisma`.
 *
 * @param url of an existing database
 * @param options.schema Prisma schema files (path and content) for commands that name none
 * @param options.shadowUrl an empty database to try migrations in. Default: one that is created and
 *   dropped.
 */
export async function openEngine(
  url: string,
  { schema = [], shadowUrl }: { schema?: [string, string][]; shadowUrl?: string | undefined } = {},
): Promise<{ engine: Engine; close: () => Promise<void> }> {
  await load();
  const connection = await connect(url);
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: "postgres",
    adapterName: connection.adapterName,
    connect: () => Promise.resolve(connection),
    connectToShadowDb: () => (shadowUrl ? connect(shadowUrl) : connectToNewDatabase(url)),
  };
  const engine = await bindings.SchemaEngine.new(
    { datamodels: schema.length > 0 ? schema : undefined },
    () => {},
    bindMigrationAwareSqlAdapterFactory(factory),
  );
  // The engine disposes only of the shadow databases.
  return { engine, close: () => connection.dispose() };
}

// TypeScript has this type only in its browser library.
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: object,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

let loaded: Promise<void> | undefined;

function load(): Promise<void> {
  loaded ??= instantiate();
  return loaded;
}

/** Loads the file by hand, because Node.js imports a .wasm file only with a flag. */
async function instantiate(): Promise<void> {
  const main = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  const bytes = readFileSync(main.replace(/\.js$/, "_bg.wasm"));
  const imports: Record<string, unknown> = { ...bindings };
  for (const name of Object.keys(imports).filter((key) => key.startsWith("__wbg_setTimeout_"))) {
    // The engine never clears the timer of its lock, which would keep the process alive for 10 s.
    imports[name] = (callback: () => void, ms: number) => setTimeout(callback, ms).unref();
  }
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": imports });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}

async function connect(url: string): Promise<SqlDriverAdapter> {
  // One connection: the engine's advisory lock belongs to the connection that took it.
  const adapter = await new PrismaPg({ connectionString: url, max: 1 }).connect();
  const startTransaction = adapter.startTransaction.bind(adapter);
  return Object.assign(withCharType(adapter), {
    async startTransaction(...args: Parameters<typeof startTransaction>) {
      return withCharType(await startTransaction(...args));
    },
    // The adapter would split the script at each ";", even inside a function's $$ body.
    async executeScript(script: string) {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        adapter["onError"](error);
      }
    },
  });
}

/**
 * The engine reads PostgreSQL's catalogue, which has columns of type "char" (OID 18). adapter-pg
 * does not know this type and refuses it.
 */
function withCharType<T extends SqlQueryable>(adapter: T): T {
  type Result = { fields?: { dataTypeID: number }[] };
  const internals = adapter as unknown as { performIO: (query: unknown) => Promise<Result> };
  const performIO = internals.performIO.bind(adapter);
  const queryRaw = adapter.queryRaw.bind(adapter);
  let chars: number[] = [];
  internals.performIO = async (query) => {
    const result = await performIO(query);
    chars = [];
    for (const [index, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== pg.types.builtins.CHAR) continue;
      field.dataTypeID = pg.types.builtins.TEXT;
      chars.push(index);
    }
    return result;
  };
  adapter.queryRaw = async (query) => {
    const result = await queryRaw(query);
    for (const index of chars) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  return adapter;
}

/** adapter-pg's own method opens the database of the URL again if it gets a URL. */
async function connectToNewDatabase(url: string): Promise<SqlDriverAdapter> {
  const name = `prisma_migrate_shadow_db_${crypto.randomUUID()}`;
  await execute(url, `CREATE DATABASE "${name}"`);
  const shadow = new URL(url);
  shadow.pathname = name;
  const adapter = await connect(shadow.href);
  const dispose = adapter.dispose.bind(adapter);
  return Object.assign(adapter, {
    async dispose() {
      await dispose();
      await execute(url, `DROP DATABASE "${name}" WITH (FORCE)`);
    },
  });
}

/** Runs SQL on a new connection. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
