// Runs `pnpm start` as a process manager does: with an environment, a private certificate authority
// and a proxy, and ends it by a signal.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as call, createServer as createHttpServer } from "node:http";
import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { TLSSocket, createSecureContext } from "node:tls";
import { createTestDb } from "@repo/db/testing";
import { startSesLocal } from "@repo/ses-local/client";
import { createCertificate } from "@repo/testing/certificate";
import { exampleEnv } from "@repo/testing/example-env";
import { freePort } from "@repo/testing/free-port";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const aws = (service: string) => `${service}.us-east-1.amazonaws.com`;
const root = `${import.meta.dirname}/../../..`;

let testDb: Awaited<ReturnType<typeof createTestDb>>;
let ses: Awaited<ReturnType<typeof startSesLocal>>;
let folder: string;
let child: ChildProcess | undefined;
const servers: Server[] = [];
beforeEach(async () => {
  [testDb, ses] = await Promise.all([createTestDb(), startSesLocal()]);
  folder = await mkdtemp(path.join(tmpdir(), "start-"));
});
afterEach(async () => {
  child?.kill("SIGTERM");
  for (const server of servers) server.close();
  await Promise.all([ses.stop(), testDb.drop(), rm(folder, { recursive: true })]);
});

const authority = createCertificate("authority.example.com", { commonName: "An authority" });

/** Ends TLS with a certificate of this authority. */
function unwrap(host: string, socket: Socket): TLSSocket {
  const issuer = { commonName: "An authority", key: authority.key };
  const secureContext = createSecureContext(createCertificate(host, { issuer }));
  socket.on("error", () => undefined);
  const inside = new TLSSocket(socket, { isServer: true, secureContext });
  return inside.on("error", () => undefined);
}

async function portOf(server: Server): Promise<number> {
  servers.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The database, only by TLS. PostgreSQL answers "S" to a request for TLS. */
function startDatabase(): Promise<number> {
  return portOf(
    createServer((socket) => {
      socket.once("data", () => {
        socket.write("S");
        const target = connect(Number(new URL(testDb.url).port), "127.0.0.1");
        target.on("error", () => socket.destroy());
        const inside = unwrap("127.0.0.1", socket);
        inside.pipe(target).pipe(inside);
      });
    }),
  );
}

/** A proxy that connects to ses-local instead of SES, SNS and SQS. */
function startProxy(asked: Set<string | undefined>): Promise<number> {
  const { port } = ses;
  const standIn = createHttpServer((request, response) => {
    // ses-local answers only to this machine's names.
    const headers = { ...request.headers, host: `localhost:${port}` };
    const { method, url } = request;
    const where = request.headers.host === aws("sns") ? `/sns${url}` : url;
    const forward = call({ port, method, path: where, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    // It ends before a long poll does.
    request.pipe(forward.on("error", () => response.destroy()));
  });
  const proxy = createHttpServer();
  proxy.on("connect", ({ url }, socket: Socket) => {
    asked.add(url);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    standIn.emit("connection", unwrap(url?.split(":")[0] ?? "", socket));
  });
  return portOf(proxy);
}

it.runIf(process.platform !== "win32")(
  "passes the environment to both programs, and ends both when it alone gets a signal",
  async () => {
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const databaseUrl = new URL(testDb.url);
    databaseUrl.port = String(await startDatabase());
    databaseUrl.search = "sslmode=verify-full";
    const asked = new Set<string | undefined>();
    const proxy = `http://127.0.0.1:${await startProxy(asked)}`;
    const certificate = path.join(folder, "authority.pem");
    await writeFile(certificate, authority.cert);
    // Only NODE_OPTIONS loads this file.
    const tells = path.join(folder, "tells.cjs");
    await writeFile(
      tells,
      'if (process.argv[1].endsWith("main.mjs")) console.log(JSON.stringify({ told: process.env }));',
    );
    // Variables that turbo once removed, and an unknown one.
    const passed = {
      NODE_EXTRA_CA_CERTS: certificate,
      NODE_OPTIONS: `--require=${tells}`,
      NODE_USE_ENV_PROXY: "1",
      HTTPS_PROXY: proxy,
      HTTP_PROXY: "http://127.0.0.1:9",
      NO_PROXY: "169.254.169.254",
      SSL_CERT_FILE: certificate,
      PGSSLROOTCERT: certificate,
      TZ: "America/St_Johns",
      OF_NOBODY_HERE: "x",
    };
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as {
      scripts: { start: string };
    };
    const [program, ...args] = scripts.start.split(" ");
    expect(program).toBe("node");
    const started = spawn(process.execPath, args, {
      cwd: root,
      env: {
        ...exampleEnv(),
        NODE_ENV: "production",
        APP_ENV: "staging",
        EMAIL_ALLOW_TO: "example.com",
        APP_URL: url,
        PORT: String(port),
        DATABASE_URL: databaseUrl.href,
        AUTH_SECRET: "a".repeat(32),
        UNSUBSCRIBE_KEY: "c".repeat(32),
        EMAIL_KEY: "b".repeat(32),
        AWS_ENDPOINT_URL_SESV2: "",
        SES_EVENTS_QUEUE_URL: `https://${aws("sqs")}/000000000000/ses-events`,
        ...passed,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = started;
    let output = "";
    started.stdout.on("data", (data: Buffer) => (output += data.toString()));
    const exit = once(started, "exit");

    await vi.waitFor(async () => expect((await fetch(`${url}/readyz`)).status).toBe(200), {
      timeout: 60_000,
      interval: 100,
    });
    const told = output
      .split("\n")
      .filter((line) => line.startsWith('{"told"'))
      .map((line) => (JSON.parse(line) as { told: object }).told);
    expect(told).toEqual([expect.objectContaining(passed), expect.objectContaining(passed)]);

    const email = "sam@example.com";
    await fetch(`${url}/signup`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: "Sam", email, password: "correct horse battery staple" }),
    });
    expect(await ses.inbox({ to: email, wait: 60 })).toHaveLength(1);
    // SQS had the event, and SNS served the certificate.
    const find = () => testDb.db.message.findFirst({ where: { to: email } });
    await expect.poll(find).toMatchObject({ outcome: "delivered" });
    const services = ["email", "sns", "sqs"];
    expect(asked).toEqual(new Set(services.map((service) => `${aws(service)}:443`)));

    started.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    expect(output).toContain('"msg":"stopped"');
    expect(output).toContain('"msg":"worker stopped"');
  },
);
