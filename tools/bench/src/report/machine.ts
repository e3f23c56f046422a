import os from "node:os";

/** The machine of the measurement, without its name or owner. */
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

/** The load average of the last minute, which shows other work on the machine. */
export function load(): number {
  return os.loadavg()[0] ?? 0;
}
