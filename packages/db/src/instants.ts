import type { PrismaPg } from "@prisma/adapter-pg";
import type { SqlQuery, SqlQueryable } from "@prisma/driver-adapter-utils";
import pg from "pg";

// Prisma's adapter writes times without an offset (https://github.com/prisma/orm/issues/28629), and
// cuts the offset off those that it reads (https://github.com/prisma/orm/issues/26786). Both are
// right only if the session's time zone is UTC, and not every pooler passes that setting on. So this
// file sends and reads each time with its offset. Delete it when both issues are closed and its test
// passes without it.

const { TIMESTAMPTZ } = pg.types.builtins;
// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
const TIMESTAMPTZ_ARRAY = 1185;
// Types that are not instants. They stay as the adapter writes them.
const NO_INSTANT = ["DATE", "TIME", "TIMETZ"];

/** A client of pg that reads times with their offset, for Prisma's adapter. */
export class InstantsClient extends pg.Client {
  // `query` has a dozen forms. The adapter passes a config with `types`.
  override query = ((config?: { types?: pg.CustomTypesConfig }, ...more: unknown[]) => {
    const query = super.query.bind(this) as (...args: unknown[]) => unknown;
    const { types } = config ?? {};
    return query(types ? { ...config, types: withInstants(types) } : config, ...more);
  }) as pg.Client["query"];
}

function withInstants({ getTypeParser }: pg.CustomTypesConfig): pg.CustomTypesConfig {
  return {
    getTypeParser: ((oid: number, format: "text" | "binary") => {
      if (format !== "text") return getTypeParser(oid, format);
      if (oid === TIMESTAMPTZ) return readInstant;
      if (oid === TIMESTAMPTZ_ARRAY) return readInstants;
      return getTypeParser(oid, format);
    }) as pg.CustomTypesConfig["getTypeParser"],
  };
}

const parserOf = pg.types.getTypeParser as (oid: number, format: "text") => unknown;
const parse = parserOf(TIMESTAMPTZ, "text") as (text: string) => Read;
const parseAll = parserOf(TIMESTAMPTZ_ARRAY, "text") as (text: string) => (Read | null)[];

function readInstant(text: string): string {
  return toText(parse(text)) ?? text;
}

function readInstants(text: string): unknown[] {
  return parseAll(text).map((one) => (one === null ? null : (toText(one) ?? one)));
}

type Read = Date | number;

/** @returns undefined for `infinity`, which pg reads as a number */
function toText(instant: Read): string | undefined {
  return instant instanceof Date ? instant.toISOString() : undefined;
}

/** Makes an adapter send every time with its offset. @param factory is changed, and returned */
export function withOffsets(factory: PrismaPg): PrismaPg {
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const startTransaction = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (...args) => patched(await startTransaction(...args));
    return patched(adapter);
  };
  return factory;
}

function patched<T extends SqlQueryable>(queryable: T): T {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  queryable.queryRaw = (query) => queryRaw(withOffset(query));
  queryable.executeRaw = (query) => executeRaw(withOffset(query));
  return queryable;
}

function withOffset(query: SqlQuery): SqlQuery {
  const { args, argTypes } = query;
  const isInstant = argTypes.map(
    ({ scalarType, dbType }) =>
      scalarType === "datetime" && !(dbType && NO_INSTANT.includes(dbType)),
  );
  if (!isInstant.includes(true)) return query;
  return {
    ...query,
    args: args.map((arg, i) => (isInstant[i] ? toOffset(arg) : arg)),
    // As strings, because the adapter would format a datetime again.
    argTypes: argTypes.map((type, i) => (isInstant[i] ? { ...type, scalarType: "string" } : type)),
  };
}

function toOffset(arg: unknown): unknown {
  if (Array.isArray(arg)) return arg.map(toOffset);
  return typeof arg === "string" || arg instanceof Date ? new Date(arg).toISOString() : arg;
}
