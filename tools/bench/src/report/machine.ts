import os from "node:os";

/** What the figures were measured on; nothing that names the machine or its owner. */
export interface Machine {
  cpu: string;
  cores: number;
  /** GiB. */
  memory: number;
  system: string;
  node: string;
  postgres: string;
}

export function describeMachine(postgres: string): Machine {
  return {
    cpu: os.cpus()[0]?.model.trim() ?? "unknown",
    cores: os.availableParallelism(),
    memory: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.arch()}`,
    node: process.version.slice(1),
    postgres,
  };
}

/** Processes that wanted a core in the last minute: what else the machine was doing. */
export function load(): number {
  return os.loadavg()[0] ?? 0;
}
