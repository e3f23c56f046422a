// Sends one recorded request again and again. The answers a second are the capacity of the
// endpoint.
import { connect } from "node:net";
import { now } from "@repo/measure/clock";
import { serve } from "@repo/measure/program";

const handlers = {
  /** @returns answers a second. Each connection waits for its answer before the next request. */
  async run(input: { port: number; request: Uint8Array; connections: number; seconds: number }) {
    const until = now() + input.seconds * 1000;
    const start = now();
    const counts = await Promise.all(
      Array.from({ length: input.connections }, () => hammer(input.port, input.request, until)),
    );
    return (counts.reduce((sum, count) => sum + count, 0) / (now() - start)) * 1000;
  },
};
export type Load = typeof handlers;
serve(handlers);

function hammer(port: number, request: Uint8Array, until: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let answers = 0;
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("error", reject);
    socket.once("close", () => resolve(answers));
    socket.on("connect", () => socket.write(request));
    // An answer is small enough to come in one piece.
    socket.on("data", () => {
      answers++;
      if (now() < until) socket.write(request);
      else socket.destroy();
    });
  });
}
