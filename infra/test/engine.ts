// Pulumi's side of the wire: what `pulumi preview` and `pulumi up` are to the program. The
// program and Pulumi's Node.js runtime are the real ones; the engine and the providers are these.
import { createRequire } from "node:module";
import grpc from "@grpc/grpc-js";
import type { Message } from "google-protobuf";
import type { Runtime } from "./runtime.ts";

const require = createRequire(import.meta.url);
// CommonJS without types of its own: what is used of it is described below.
const { ResourceMonitorService } = require("@pulumi/pulumi/proto/resource_grpc_pb.js") as Services;
const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb.js") as Services;
const messages = require("@pulumi/pulumi/proto/resource_pb.js") as Messages;
const engineMessages = require("@pulumi/pulumi/proto/engine_pb.js") as Messages;
const { Empty } = require("google-protobuf/google/protobuf/empty_pb.js") as Messages;
const { Struct } = require("google-protobuf/google/protobuf/struct_pb.js") as {
  Struct: { fromJavaScript: (value: object) => Message };
};

// How a value is marked on the wire: github.com/pulumi/pulumi, sdk/go/common/resource.
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const DEBUG = 0;
/** What stands for a value that the preview cannot know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export type Values = Record<string, unknown>;

/** A resource as the program registered it. */
export interface Resource {
  urn: string;
  type: string;
  name: string;
  parent: string;
  /** Made by a provider; a component is not. */
  custom: boolean;
  protect: boolean;
  retainOnDelete: boolean;
  importId: string;
  ignoreChanges: string[];
  dependencies: string[];
  inputs: Values;
}

/** What the providers know. */
export interface World {
  /** Answers to look-ups, by token: `"aws:route53/getRecords:getRecords"`. */
  lookups: Record<string, (args: Values) => Values>;
  /** What a resource has once it is made, beyond its inputs, by type. */
  computed: Record<string, (name: string, inputs: Values) => Values>;
}

/** What the engine answers to a registration. */
export interface Registered {
  id: string;
  /** What the provider knows of the resource, with its inputs. */
  outputs: Values;
}

export interface Run {
  exitCode: number | null;
  resources: Resource[];
  /** Of the stack; secrets are `{ secret: value }`. */
  outputs: Values;
  /** Whatever the program said to the engine or printed. */
  log: string;
  /** The same as the engine received it, secrets marked. */
  wire: { inputs: Values[]; outputs: Values };
}

interface Call {
  request: Record<string, (...args: unknown[]) => never> & Message;
}
type Reply = (error: grpc.ServiceError | null, message?: Message) => void;
type Services = Record<string, grpc.ServiceDefinition>;
type Messages = Record<string, new () => Message & Record<string, (value: unknown) => void>>;

/**
 * Runs the program of `folder` as the CLI would.
 *
 * @param options.config of the stack, with namespaces: `{ "product:domain": "example.com" }`
 * @param options.preview makes nothing, and leaves unknown what only AWS can know
 */
export async function run(options: {
  folder: string;
  project: string;
  stack: string;
  config: Record<string, string>;
  preview: boolean;
  world: World;
  nameServer?: string;
  runtime: Runtime;
  /** Decides what becomes of a resource, or throws. Default: each is new (stack.ts remembers). */
  register?: (resource: Resource) => Registered;
}): Promise<Run> {
  const { world, runtime, register, ...start } = options;
  const { project, stack, preview } = start;
  const resources: Resource[] = [];
  const log: string[] = [];
  let wireOutputs: Values = {};
  let root = "";

  const monitor: Record<string, (call: Call, reply: Reply) => void> = {
    supportsFeature({ request }, reply) {
      const unsupported = [
        "transforms",
        "invokeTransforms",
        "resourceHooks",
        "errorHooks",
        "stateMigrations",
      ];
      const known = !unsupported.includes(request.getId?.() ?? "");
      reply(null, message(messages.SupportsFeatureResponse, { Hassupport: known }));
    },
    invoke({ request }, reply) {
      const token = String(request.getTok?.());
      const answer = world.lookups[token];
      if (!answer) return reply(problem(`no look-up ${token}`));
      const found = answer(unwrap(toValues(request.getArgs?.())) as Values);
      reply(
        null,
        message(messages.ResourceInvokeResponse, { Return: Struct.fromJavaScript(found) }),
      );
    },
    registerResource({ request }, reply) {
      const inputs = toValues(request.getObject?.());
      const type = String(request.getType?.());
      const name = String(request.getName?.());
      const parent = String(request.getParent?.());
      const custom = Boolean(request.getCustom?.());
      const chain = parent.split("::")[2] ?? "";
      const path = parent && !chain.endsWith("pulumi:Stack") ? `${chain}$${type}` : type;
      const urn = `urn:pulumi:${stack}::${project}::${path}::${name}`;
      const resource: Resource = {
        urn,
        type,
        name,
        parent,
        custom,
        protect: Boolean(request.getProtect?.()),
        retainOnDelete: Boolean(request.getRetainondelete?.()),
        importId: String(request.getImportid?.()),
        ignoreChanges: request.getIgnorechangesList?.() ?? [],
        dependencies: request.getDependenciesList?.() ?? [],
        inputs,
      };
      resources.push(resource);
      let id: string;
      let outputs: Values;
      try {
        if (custom && register) ({ id, outputs } = register(resource));
        else ({ id, outputs } = makeNew(resource, world, preview));
      } catch (error) {
        return reply(problem((error as Error).message));
      }
      for (const property of (request.getAdditionalsecretoutputsList?.() ?? []) as string[]) {
        if (property in outputs) {
          outputs[property] = { [SIGNATURE]: SECRET, value: outputs[property] };
        }
      }
      reply(
        null,
        message(messages.RegisterResourceResponse, {
          Urn: urn,
          Id: custom && !preview ? id : "",
          Object: Struct.fromJavaScript(custom ? outputs : {}),
        }),
      );
    },
    registerResourceOutputs({ request }, reply) {
      if (String(request.getUrn?.()) === root) wireOutputs = toValues(request.getOutputs?.());
      reply(null, message(Empty, {}));
    },
    registerPackage(_, reply) {
      reply(null, message(messages.RegisterPackageResponse, { Ref: "package" }));
    },
    signalAndWaitForShutdown(_, reply) {
      reply(null, message(Empty, {}));
    },
  };
  const engine: typeof monitor = {
    log({ request }, reply) {
      // Messages for --debug repeat everything that is sent here, secrets too.
      if (Number(request.getSeverity?.()) > DEBUG) log.push(String(request.getMessage?.()));
      reply(null, message(Empty, {}));
    },
    getRootResource(_, reply) {
      reply(null, message(engineMessages.GetRootResourceResponse, { Urn: root }));
    },
    setRootResource({ request }, reply) {
      root = String(request.getUrn?.());
      reply(null, message(engineMessages.SetRootResourceResponse, {}));
    },
  };

  const server = new grpc.Server();
  serve(server, ResourceMonitorService, monitor);
  serve(server, EngineService, engine);
  const credentials = grpc.ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });

  try {
    const { exitCode, printed } = await runtime({ ...start, engine: `127.0.0.1:${port}` });
    return {
      exitCode,
      resources,
      outputs: unwrap(wireOutputs) as Values,
      log: [...log, printed].join("\n"),
      wire: { inputs: resources.map(({ inputs }) => inputs), outputs: wireOutputs },
    };
  } finally {
    server.forceShutdown();
  }
}

/** @returns the value as the program meant it, a secret as `{ secret: value }` */
export function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  const { [SIGNATURE]: mark, value: inner, ...rest } = value as Values;
  if (mark === SECRET) return { secret: unwrap(inner) };
  // An output with its dependencies: only the value is of interest.
  if (mark !== undefined) return inner === undefined ? UNKNOWN : unwrap(inner);
  const entries = inner === undefined ? rest : { ...rest, value: inner };
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, unwrap(entry)]));
}

/** @returns the strings of the value outside of secrets */
export function plainStrings(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  if ((value as Values)[SIGNATURE] === SECRET) return [];
  return Object.values(value).flatMap(plainStrings);
}

/** A resource that nobody had before. */
function makeNew(resource: Resource, world: World, preview: boolean): Registered {
  const { custom, type, name, inputs } = resource;
  const computed = (custom && world.computed[type]?.(name, inputs)) || {};
  const id = typeof computed.id === "string" ? computed.id : name;
  // In a preview, what is left out counts as unknown.
  return { id, outputs: preview ? hide(inputs, computed) : { ...inputs, ...computed } };
}

/** The inputs. What is known only after the resource is made is left out, or marked as unknown. */
function hide(inputs: Values, computed: Values): Values {
  const mark = (value: unknown, given: unknown): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return given === undefined ? UNKNOWN : given;
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, mark(inner, (given as Values)?.[key])]),
    );
  };
  const marked = Object.entries(computed).map(([key, value]) => [key, mark(value, inputs[key])]);
  return { ...inputs, ...(Object.fromEntries(marked) as Values) };
}

function toValues(struct: unknown): Values {
  return (struct as { toJavaScript: () => Values } | undefined)?.toJavaScript() ?? {};
}

function message(Type: Messages[string] | undefined, fields: Values): Message {
  if (!Type) throw new Error("Pulumi's protocol has lost a message; compare its proto folder");
  const made = new Type();
  for (const [field, value] of Object.entries(fields)) made[`set${field}`]?.(value);
  return made;
}

function problem(details: string): grpc.ServiceError {
  return Object.assign(new Error(details), {
    code: grpc.status.UNIMPLEMENTED,
    details,
    metadata: new grpc.Metadata(),
  });
}

function serve(
  server: grpc.Server,
  service: grpc.ServiceDefinition | undefined,
  methods: Record<string, (call: Call, reply: Reply) => void>,
): void {
  if (!service) throw new Error("Pulumi's protocol has lost a service; compare its proto folder");
  const unknown = (name: string) => (_: Call, reply: Reply) => reply(problem(name));
  const implementation = Object.fromEntries(
    Object.keys(service).map((name) => [name, methods[name] ?? unknown(name)]),
  );
  server.addService(service, implementation);
}
