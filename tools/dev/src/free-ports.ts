import { once } from "node:events";
import { createServer } from "node:net";
import { AppError } from "@repo/errors";

/**
 * Checks that ports can be listened on.
 *
 * @param ports by the names of their variables
 * @throws AppError `PORT_TAKEN` or `PORT_INVALID`, with the port and its variable
 */
export async function assertFree(ports: Record<string, number>): Promise<void> {
  for (const [name, port] of Object.entries(ports)) {
    // Some services listen on 127.0.0.1, others on all addresses. On macOS one can be free and the
    // other taken.
    for (const host of ["127.0.0.1", "::"]) await tryPort(name, port, host);
  }
}

async function tryPort(name: string, port: number, host: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    server.close();
    await once(server, "close");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EADDRINUSE") {
      throw new AppError(
        "PORT_TAKEN",
        `Port ${port} is taken. Stop the program that uses it, or set another: ` +
          `${name}=${port + 100} pnpm dev, or ${name} in .env.`,
        { cause },
      );
    }
    if (code === "EACCES") {
      throw new AppError(
        "PORT_INVALID",
        `Port ${port} needs more rights than this user has. Set ${name} to a port above 1023.`,
        { cause },
      );
    }
    // The machine has no IPv6.
    if (code !== "EAFNOSUPPORT" && code !== "EADDRNOTAVAIL") throw cause;
  }
}
