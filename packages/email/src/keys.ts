import { hkdfSync } from "node:crypto";
import { z } from "zod";

/** One secret of a setting such as EMAIL_KEY. */
export interface Key {
  /** Eight hex digits. They name the key in rows, errors and logs, and do not reveal it. */
  id: string;
  secret: string;
}

/** The keys of one setting. The first one is the newest, and writes. Each of them reads. */
export type Keys = readonly [newest: Key, ...older: Key[]];

const MIN_LENGTH = 32;

/**
 * A setting with one key or several, newest first, separated by commas. docs/runbook.md describes
 * how to rotate them. Its error messages contain no key.
 */
export const KeysSetting = z.string().transform((text, context): Keys => {
  const refuse = (message: string) => {
    context.addIssue(`${message}: openssl rand -base64 32`);
    return z.NEVER;
  };
  const [newest = "", ...older] = text.split(/\s*,\s*/);
  const keys = keysOf(newest, ...older);
  if (keys.some(({ secret }) => secret.length < MIN_LENGTH))
    return refuse(`must have ${MIN_LENGTH} characters or more in each of its keys`);
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    return refuse("has the same key twice; make another one");
  return keys;
});

/** A setting whose key never changes. */
export const KeySetting = KeysSetting.refine((keys) => keys.length === 1, {
  error: "must be one key, because it never changes",
});

/** Keys from their secrets, newest first, for tests and tools. */
export function keysOf(newest: string, ...older: string[]): Keys {
  return [keyOf(newest), ...older.map(keyOf)];
}

/**
 * Finds a key that two settings share, and in production the keys of .env.example.
 *
 * @returns the name of each setting that is wrong, and why
 */
export function keyProblems<Name extends string>(
  settings: Record<Name, Keys>,
  names: readonly Name[],
  isProduction: boolean,
): [Name, string][] {
  return names.flatMap((name, i): [Name, string][] => {
    const shared = names
      .slice(0, i)
      .find((other) => haveCommonKey(settings[name], settings[other]));
    if (shared) return [[name, `must share no key with ${shared}: openssl rand -base64 32`]];
    const isExample = settings[name].some(({ secret }) => secret.startsWith("development-only-"));
    if (!isProduction || !isExample) return [];
    return [[name, "has the value from .env.example; make your own: openssl rand -base64 32"]];
  });
}

function haveCommonKey(some: Keys, others: Keys): boolean {
  const ids = new Set(others.map(({ id }) => id));
  return some.some(({ id }) => ids.has(id));
}

function keyOf(secret: string): Key {
  return { id: Buffer.from(hkdfSync("sha256", secret, "", "key id", 4)).toString("hex"), secret };
}
