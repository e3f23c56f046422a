// Runs the services of `pnpm dev`, and ends them when the launcher has ended in any way. It is a
// separate process in its own session. It is also the lock of the clone: while it lives, it answers
// on the port in its lock file.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import path from "node:path";
import type { FromGuard, ToGuard } from "./guarded.ts";

const GRACE_MS = 10_000;

const lockFile = process.argv[2] ?? "";

// The launcher handles Ctrl-C.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});

let stopping = false;
let child: ChildProcess | undefined;

const lock = createServer((socket) => {
  socket.on("error", () => {});
  socket.write(`${stopping ? "stopping" : "running"} ${lockFile}\n`);
});

process.on("message", ({ command, args, env }: ToGuard) => {
  // Its own process group, which gets the signal like one from a terminal.
  const detached = process.platform !== "win32";
  child = spawn(command, args, {
    cwd: path.resolve(import.meta.dirname, "../../.."),
    env,
    detached,
    stdio: ["ignore", "inherit", process.stdout],
  });
  child.once("error", (error) => send({ type: "ended", reason: error.message }));
  child.once("exit", (code) => send({ type: "ended", reason: `turbo ended with ${code}` }));
});
process.once("disconnect", () => void stop());

if (await takeLock()) send({ type: "locked" });
else {
  send({ type: "taken" });
  process.disconnect();
}

/** If another `pnpm dev` of this clone is ending, waits for it. @returns false if one keeps running */
async function takeLock(): Promise<boolean> {
  if ((await otherState()) === "running") return false;
  lock.listen(0, "127.0.0.1");
  await once(lock, "listening");
  mkdirSync(path.dirname(lockFile), { recursive: true });
  writeFileSync(lockFile, JSON.stringify({ port: (lock.address() as AddressInfo).port }));
  return true;
}

async function otherState(): Promise<"running" | "none"> {
  let port: number;
  try {
    ({ port } = JSON.parse(readFileSync(lockFile, "utf8")) as { port: number });
  } catch {
    return "none";
  }
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  try {
    for await (const data of socket as AsyncIterable<Buffer>) {
      answer += data.toString();
      if (answer === `running ${lockFile}\n`) return "running";
      // Another program uses the port now.
      if (!`stopping ${lockFile}\n`.startsWith(answer)) break;
    }
  } catch {
    // Nobody listens: it has ended.
  }
  socket.destroy();
  return "none";
}

async function stop(): Promise<void> {
  stopping = true;
  if (child?.pid !== undefined) {
    const ended = child.exitCode === null ? once(child, "exit") : Promise.resolve();
    interrupt(child.pid);
    const deadline = setTimeout(() => killSession(child?.pid ?? 0), GRACE_MS);
    await ended;
    clearTimeout(deadline);
    killSession(child.pid);
  }
  // Only if the lock is still ours: after it closes, the next one may take it.
  if (lock.listening) rmSync(lockFile, { force: true });
  process.exit();
}

function interrupt(pid: number): void {
  if (process.platform === "win32") {
    execFileSync("taskkill", ["/pid", `${pid}`, "/t", "/f"], { stdio: "ignore" });
  } else signal(-pid, "SIGINT");
}

/** Kills what turbo left behind. Only Linux can find it without a helper program. */
function killSession(leader: number): void {
  if (process.platform === "win32") return;
  signal(-leader, "SIGKILL");
  if (process.platform !== "linux") return;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (sessionOf(pid) === leader) signal(Number(pid), "SIGKILL");
  }
}

/**
 * The sixth field of /proc/PID/stat. The second field, the name, may contain spaces:
 * proc_pid_stat(5).
 */
function sessionOf(pid: string): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]);
  } catch {
    return undefined;
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

function send(message: FromGuard): void {
  if (process.connected) process.send?.(message);
}
