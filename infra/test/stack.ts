// A stack with its state, over many updates: what Pulumi's engine does with `protect`,
// `retainOnDelete`, `import` and `ignoreChanges`. Written after its description of resource options
// (pulumi.com/docs, Concepts, Resource options); it is not the engine itself.
import { aws } from "./aws.ts";
import type { Case } from "./cases.ts";
import type { Cloud } from "./cloud.ts";
import { type Registered, type Resource, type Run, type Values, unwrap } from "./engine.ts";
import { runCase } from "./runs.ts";
import type { Runtime } from "./runtime.ts";

interface Known extends Resource {
  id: string;
  outputs: Values;
}

export interface Update extends Pick<Run, "exitCode" | "log" | "outputs"> {
  /** What was done, in order: `create Queue product-dev-events`. What stays the same is left out. */
  steps: string[];
}

export class Stack {
  /** By URN, in the order of creation. */
  readonly state = new Map<string, Known>();
  readonly #cloud: Cloud;
  readonly #runtime: Runtime;

  constructor(cloud: Cloud, runtime: Runtime) {
    this.#cloud = cloud;
    this.#runtime = runtime;
  }

  /** The same stack in another account, to go on from here more than once. */
  copy(cloud: Cloud): Stack {
    const copy = new Stack(cloud, this.#runtime);
    for (const [urn, known] of this.state) copy.state.set(urn, structuredClone(known));
    return copy;
  }

  /** `pulumi up` */
  async up(one: Case): Promise<Update> {
    const world = one.world ?? aws();
    const steps: string[] = [];
    const errors: string[] = [];
    const seen = new Set<string>();
    const replaced: Known[] = [];

    const register = (resource: Resource): Registered => {
      seen.add(resource.urn);
      const kind = kindOf(resource);
      const old = this.state.get(resource.urn);
      const inputs = unwrap(resource.inputs) as Values;
      for (const key of old ? resource.ignoreChanges : []) {
        if (key in old!.inputs) inputs[key] = old!.inputs[key];
        else delete inputs[key];
      }
      const keep = (id: string): Registered => {
        const made = world.computed[resource.type]?.(id, inputs) ?? {};
        const outputs = { ...inputs, ...made };
        this.state.set(resource.urn, { ...resource, inputs, id, outputs });
        return { id, outputs };
      };
      const say = (step: string) => steps.push(`${step} ${kind} ${resource.name}`);

      if (resource.importId && old?.id !== resource.importId) {
        const there = this.#cloud.things.get(`${kind} ${resource.importId}`);
        if (!there) throw new Error(`${resource.importId} does not exist`);
        const compared = Object.keys(inputs).filter((key) => !resource.ignoreChanges.includes(key));
        const unlike = compared.filter((key) => !same(inputs[key], there[key]));
        if (unlike.length > 0) {
          throw new Error(`inputs to import do not match the existing resource: ${unlike.join()}`);
        }
        for (const key of resource.ignoreChanges) {
          if (key in there) inputs[key] = there[key];
          else delete inputs[key];
        }
        say("import");
        return keep(resource.importId);
      }
      if (!old) {
        const id = this.#cloud.create(kind, resource.name, inputs);
        say("create");
        return keep(id);
      }
      const changed = [...new Set([...Object.keys(inputs), ...Object.keys(old.inputs)])].filter(
        (key) => !same(inputs[key], old.inputs[key]),
      );
      if (changed.some((key) => this.#cloud.isFixed(kind, key))) {
        if (old.protect) throw new Error(`unable to replace ${kind} ${old.name}: it is protected`);
        const id = this.#cloud.create(kind, resource.name, inputs);
        replaced.push(old);
        say("replace");
        return keep(id);
      }
      if (changed.length > 0) {
        this.#cloud.update(kind, old.id, inputs);
        say("update");
      }
      return keep(old.id);
    };

    const run = await runCase(one, false, this.#runtime, (resource) => {
      try {
        return register(resource);
      } catch (error) {
        errors.push((error as Error).message);
        throw error;
      }
    });
    let { exitCode } = run;
    if (exitCode === 0 && errors.length === 0) {
      const gone = [...this.state.values()].filter(({ urn }) => !seen.has(urn)).reverse();
      try {
        for (const old of replaced) this.#remove(old, steps, false);
        this.#removeAll(gone, steps);
      } catch (error) {
        errors.push((error as Error).message);
      }
    }
    if (errors.length > 0) exitCode = 1;
    return { exitCode, steps, log: [run.log, ...errors].join("\n"), outputs: run.outputs };
  }

  /** `pulumi destroy`, or `pulumi destroy --exclude-protected` */
  destroy({ excludeProtected = false } = {}): Omit<Update, "outputs"> {
    const steps: string[] = [];
    const going = [...this.state.values()]
      .filter(({ protect }) => !(excludeProtected && protect))
      .reverse();
    try {
      this.#removeAll(going, steps);
      return { exitCode: 0, steps, log: "" };
    } catch (error) {
      return { exitCode: 1, steps, log: (error as Error).message };
    }
  }

  /** `pulumi state unprotect --all` */
  unprotect(): void {
    for (const known of this.state.values()) known.protect = false;
  }

  /** The state is lost; what it made still exists. */
  lose(): void {
    this.state.clear();
  }

  #removeAll(gone: Known[], steps: string[]): void {
    const held = gone.find(({ protect }) => protect);
    if (held) throw new Error(`unable to delete ${kindOf(held)} ${held.name}: it is protected`);
    for (const one of gone) this.#remove(one, steps, true);
  }

  #remove(one: Known, steps: string[], forget: boolean): void {
    const what = `${kindOf(one)} ${one.name}`;
    if (!one.retainOnDelete) this.#cloud.delete(kindOf(one), one.id, one.inputs);
    steps.push(`${one.retainOnDelete ? "let go of" : "delete"} ${what}`);
    if (forget) this.state.delete(one.urn);
  }
}

function kindOf({ type }: Pick<Resource, "type">): string {
  return type.split(":").at(-1) ?? "";
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
