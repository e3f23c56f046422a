import { createSocket } from "node:dgram";

/** A name server on loopback that has these TXT values, by name. */
export async function startDnsServer(
  zone: Record<string, string[]>,
): Promise<{ port: number; stop: () => void }> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    // RFC 1035, 4.1: header, the question repeated, answers that point to its name.
    const values = zone[nameIn(query)] ?? [];
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(values.length, 6);
    header.writeUInt16BE(0, 8);
    header.writeUInt16BE(0, 10);
    const end = query.indexOf(0, 12) + 5;
    const answers = values.map((value) => {
      const fixed = Buffer.from("c00c00100001000000000000", "hex");
      fixed.writeUInt16BE(value.length + 1, 10);
      return Buffer.concat([fixed, Buffer.from([value.length]), Buffer.from(value)]);
    });
    socket.send(
      Buffer.concat([header, query.subarray(12, end), ...answers]),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  return { port: socket.address().port, stop: () => socket.close() };
}

/** The name that is asked for: labels, each after its length. */
function nameIn(query: Buffer): string {
  const labels = [];
  for (let at = 12, length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return labels.join(".");
}
