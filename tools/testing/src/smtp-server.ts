import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";

/**
 * A step of the SMTP dialogue: the greeting, a command, the email's X-Message-ID in its headers, its
 * final dot, and the moment after a good answer to that. https://www.rfc-editor.org/rfc/rfc5321#section-3
 */
export type SmtpStep =
  "CONN" | "EHLO" | "STARTTLS" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "PART" | "BODY" | "IDLE";

export interface SmtpMoment {
  step: SmtpStep;
  /** The number of the connection, and of the email in it, both from 1. */
  connection: number;
  email: number;
  /** The email's X-Message-ID; "" before PART. */
  id: string;
}

/**
 * What to do: answer this line, or `close` or `reset` the connection, or `hang`. Default: the
 * normal answer.
 */
export type SmtpAnswer = string | undefined;

export interface SmtpServer {
  port: number;
  connections(): number;
  /** The X-Message-IDs of the emails read up to the final dot, and of the accepted ones. */
  read: string[];
  accepted: string[];
  stop(): Promise<void>;
}

const NORMAL: Record<SmtpStep, string> = {
  CONN: "220 ready",
  EHLO: "250 ok",
  STARTTLS: "502 no TLS here",
  AUTH: "235 ok",
  MAIL: "250 ok",
  RCPT: "250 ok",
  DATA: "354 go on",
  PART: "",
  BODY: "250 Ok 0100-id",
  IDLE: "",
};

/**
 * An SMTP server on loopback. `tell` decides the answer to each step.
 *
 * @param extensions offered after EHLO
 */
export async function startSmtpServer(
  tell: (moment: SmtpMoment) => SmtpAnswer | Promise<SmtpAnswer>,
  extensions: string[] = [],
): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const read: string[] = [];
  const accepted: string[] = [];
  let connections = 0;

  const server = createServer((socket) => {
    const connection = ++connections;
    let email = 1;
    let isBody = false;
    let id = "";
    let isOver = false;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);

    /** @returns whether the dialogue goes on */
    async function answer(step: SmtpStep): Promise<boolean> {
      const told = await tell({ step, connection, email, id });
      if (told === "hang") isOver = true;
      if (told === "close") isOver = socket.end() !== undefined;
      if (told === "reset") isOver = socket.resetAndDestroy() !== undefined;
      if (isOver) return false;
      const normal = step === "EHLO" ? multiline(["ok", ...extensions]) : NORMAL[step];
      const line = told ?? normal;
      if (line) socket.write(`${line}\r\n`);
      // After 421 a server closes the connection at once.
      if (line.startsWith("421") || (step === "IDLE" && told)) isOver = socket.end() !== undefined;
      return told === undefined || told.startsWith(NORMAL[step].charAt(0));
    }

    async function take(line: string): Promise<void> {
      if (isOver) return;
      if (!isBody) {
        const command = /^[A-Z]+/i.exec(line)?.[0].toUpperCase() ?? "";
        if (command === "DATA") {
          isBody = await answer("DATA");
        } else if (command in NORMAL) {
          await answer(command as SmtpStep);
        } else {
          socket.write("250 ok\r\n");
        }
        return;
      }
      if (line !== ".") {
        const named = /^X-Message-ID: (.*)$/i.exec(line)?.[1];
        if (id || !named) return;
        id = named;
        await answer("PART");
        return;
      }
      isBody = false;
      read.push(id);
      if (await answer("BODY")) {
        accepted.push(id);
        await answer("IDLE");
      }
      email++;
      id = "";
    }

    let rest = "";
    let taken: Promise<unknown> = answer("CONN");
    socket.on("data", (data) => {
      const lines = (rest + data.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) taken = taken.then(() => take(line));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    read,
    accepted,
    async stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

function multiline(texts: string[]): string {
  return texts.map((text, i) => `250${i === texts.length - 1 ? " " : "-"}${text}`).join("\r\n");
}
