import { createSocket } from "node:dgram";
import { once } from "node:events";

/** `NAME TYPE` → its values; or what the server does instead of an answer. */
export type Zone = Record<string, string[] | "SERVFAIL" | "silence">;

const TYPES: Record<number, string> = { 1: "A", 2: "NS", 5: "CNAME", 15: "MX", 16: "TXT" };
const NXDOMAIN = 3;
const SERVFAIL = 2;

/** A DNS server on loopback (RFC 1035), by UDP. */
export async function startDns(zone: () => Zone) {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const answer = respond(query, zone());
    if (answer) socket.send(answer, port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    port: socket.address().port,
    close: () => void socket.close(),
  };
}

function respond(query: Buffer, zone: Zone): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = query.subarray(12, at + 5);
  const type = query.readUInt16BE(at + 1);
  const name = labels.join(".").toLowerCase();
  const values = zone[`${name} ${TYPES[type]}`] ?? zone[`${name} *`] ?? zone["*"] ?? [];
  if (values === "silence") return undefined;
  const isKnown = Object.keys(zone).some((key) => key.startsWith(`${name} `));
  const code = values === "SERVFAIL" ? SERVFAIL : isKnown ? 0 : NXDOMAIN;
  const records = values === "SERVFAIL" ? [] : values.map((value) => record(type, value));
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // An authoritative answer, to a recursive question.
  head.writeUInt16BE(0x85_80 | code, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([head, question, ...records]);
}

function record(type: number, value: string): Buffer {
  const data = dataOf(type, value);
  // A pointer to the name of the question.
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc0_0c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(type: number, value: string): Buffer {
  if (type === 1) return Buffer.from(value.split(".").map(Number));
  if (type === 16) return text(value);
  if (type !== 15) return encode(value);
  const [priority, host = ""] = value.split(" ");
  return Buffer.concat([Buffer.from([0, Number(priority)]), encode(host)]);
}

function encode(name: string): Buffer {
  const labels = name.split(".").map(text);
  return Buffer.concat([...labels, Buffer.from([0])]);
}

const text = (value: string) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
