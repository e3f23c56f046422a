import { parseEnv } from "node:util";
import { SetupError } from "./error.ts";

// An assignment as Node.js reads it (util.parseEnv). A quoted value ends at the next quote of its
// kind, even lines below. An assignment in between is part of it.
const ASSIGNMENT =
  /^([ \t]*(?:export[ \t]+)?)([\w.-]+)[ \t]*=[ \t]*("[^"]*"|'[^']*'|`[^`]*`|[^#\r\n]*)([^\r\n]*)/gm;

/**
 * Sets variables in the text of an env file. It keeps everything else, with comments, order and
 * line ends, and adds new variables at the end.
 *
 * @param heading the comment above the added variables
 * @throws SetupError if the text is not UTF-8, as that of Windows's older PowerShell, or with the name
 *   of a variable whose value cannot be quoted
 */
export function mergeEnvFile(
  text: string,
  settings: ReadonlyMap<string, string>,
  heading: string,
): string {
  if (text.includes("\0")) throw new SetupError("The env file is not in UTF-8: save it as UTF-8.");
  const missing = new Map(settings);
  const merged = text.replaceAll(
    ASSIGNMENT,
    (whole, before: string, name: string, old: string, after: string) => {
      const value = settings.get(name);
      missing.delete(name);
      if (value === undefined) return whole;
      // Rewrite an empty value: Node.js 22 reads the next line as the value of `A= `.
      if (value !== "" && read(name, old) === value) return whole;
      const comment = after.trimStart();
      const kept = comment.startsWith("#") ? ` ${comment}` : "";
      return `${before}${name}=${quote(name, value)}${kept}`;
    },
  );
  if (missing.size === 0) return merged;

  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const ended = merged === "" || merged.endsWith("\n") ? merged : merged + newline;
  const lines = [...missing].map(([name, value]) => `${name}=${quote(name, value)}`);
  const block = [`# ${heading}`, ...lines, ""].join(newline);
  return ended === "" ? block : ended + newline + block;
}

/** The values in the text that are not empty, by their names. */
export function valuesIn(text: string): Map<string, string> {
  const values = Object.entries(parseEnv(text.replace(/^\uFEFF/, "")));
  return new Map(values.flatMap(([name, value = ""]) => (value === "" ? [] : [[name, value]])));
}

function read(name: string, written: string): string | undefined {
  return parseEnv(`${name}=${written}`)[name];
}

/**
 * The value without quotes if a shell, Docker and Node.js read it the same. Otherwise in double
 * quotes, because `fly secrets import` keeps single ones. If a shell would change it in double
 * quotes, it gets single ones.
 */
function quote(name: string, value: string): string {
  if (/^[\w@%+=:,./-]*$/.test(value)) return value;
  const [double, single] = [`"${value}"`, `'${value}'`];
  const spellings = /[$`\\]/.test(value) ? [single, double] : [double, single];
  const quoted = spellings.find((written) => read(name, written) === value);
  if (quoted === undefined)
    throw new SetupError(`${name} has quotes that an env file cannot hold.`);
  return quoted;
}
