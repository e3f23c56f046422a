// What tests look for in a run.
import { type Resource, type Run, type Values, unwrap } from "./engine.ts";

/** By the last part of the type: `Queue`. */
export function ofType({ resources }: Pick<Run, "resources">, type: string): Resource[] {
  return resources.filter((resource) => resource.type.endsWith(`:${type}`));
}

/** The inputs of the only resource of this type and name. */
export function inputsOf(run: Pick<Run, "resources">, type: string, name: string): Values {
  const found = ofType(run, type).filter((one) => one.name === name);
  if (found.length !== 1) throw new Error(`there are ${found.length} of ${type} ${name}`);
  return unwrap(found[0]?.inputs) as Values;
}

/** Everything that has to be there before it, at any distance: `aws:sns/topic:Topic::name`. */
export function before({ resources }: Pick<Run, "resources">, resource: Resource): Set<string> {
  const found = new Set<string>();
  const visit = (urn: string) => {
    for (const next of resources.find((one) => one.urn === urn)?.dependencies ?? []) {
      if (!found.has(next)) visit(next);
      found.add(next);
    }
  };
  visit(resource.urn);
  return new Set([...found].map((urn) => urn.split("::").slice(2).join("::").split("$").at(-1)!));
}
