import { AppError } from "./error.ts";

/** What a schema has found, as zod says it. */
interface Issue {
  code?: string;
  path: readonly PropertyKey[];
  message: string;
}

/**
 * The error of a program whose settings are missing or malformed. It names each of them, and never
 * a value.
 *
 * @param program such as "The app"
 * @param source the environment: `NAME=` counts as not set
 */
export function invalidSettings(
  program: string,
  issues: readonly Issue[],
  source: NodeJS.ProcessEnv,
): AppError {
  const lines = issues.map(({ path, code, message }) => {
    const name = String(path[0]);
    const isMissing = code === "invalid_type" && !source[name];
    return `  ${name} ${isMissing ? "is not set" : message}`;
  });
  return new AppError(
    "INVALID_ENV",
    `${program} cannot start; see .env.example.\n${lines.join("\n")}`,
  );
}
