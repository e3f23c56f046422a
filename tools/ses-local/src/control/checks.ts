/**
 * Reads a value out of JSON.
 *
 * @param path the member, as a person would name it: `account.maxSendRate`
 * @param problems gets a sentence for each thing that is wrong
 */
export type Check<Value> = (value: unknown, path: string, problems: string[]) => Value;

/**
 * An object of those members.
 *
 * @param defaults for those that are missing; a member without one may be missing, unless it is
 *   required
 */
export function shape<Value extends object>(
  members: { [Name in keyof Value]-?: Check<NonNullable<Value[Name]>> },
  defaults: Partial<Value>,
  required: (keyof Value & string)[] = [],
): Check<Value> {
  const names = Object.keys(members) as (keyof Value & string)[];
  return (value, path, problems) => {
    const at = (name: string) => (path ? `${path}.${name}` : name);
    const result: Partial<Value> = { ...defaults };
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.push(`${path || "The body"} must be an object.`);
      return result as Value;
    }
    const given: Record<string, unknown> = { ...value };
    const unknown = Object.keys(given).filter((name) => !names.some((known) => known === name));
    if (unknown.length > 0) {
      problems.push(`Unknown: ${unknown.map(at).join(", ")}. Known: ${names.map(at).join(", ")}.`);
    }
    const missing = required.filter((name) => !(name in given));
    if (missing.length > 0) problems.push(`Missing: ${missing.map(at).join(", ")}.`);
    for (const name of names) {
      if (name in given) result[name] = members[name](given[name], at(name), problems);
    }
    return result as Value;
  };
}

export function list<Value>(each: Check<Value>): Check<Value[]> {
  return (value, path, problems) => {
    if (Array.isArray(value)) {
      return value.map((item, index) => each(item, `${path}[${index}]`, problems));
    }
    problems.push(`${path} must be an array.`);
    return [];
  };
}

export const text: Check<string> = simple("a string", (value) => typeof value === "string");

export const flag: Check<boolean> = simple("true or false", (value) => typeof value === "boolean");

/** @param requirement what it must be, in words */
export function number(requirement: string, holds: (value: number) => boolean): Check<number> {
  return simple(requirement, (value) => typeof value === "number" && holds(value));
}

export function oneOf<Value extends string>(values: readonly Value[]): Check<Value> {
  return simple(`one of ${values.join(", ")}`, (value) => values.some((known) => known === value));
}

function simple<Value>(requirement: string, holds: (value: unknown) => boolean): Check<Value> {
  return (value, path, problems) => {
    if (!holds(value)) problems.push(`${path} must be ${requirement}.`);
    return value as Value;
  };
}
