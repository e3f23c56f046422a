// The other side of `signup`: a route that hashes a password and does nothing else.
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { hash, parseOptions } from "@node-rs/argon2";
import express from "express";
import { serve } from "@repo/measure/program";

const handlers = {
  /** @param like a hash of the app, whose cost is used */
  async listen({ like }: { like: string }) {
    const { memoryCost, timeCost, parallelism } = parseOptions(like);
    const app = express();
    app.post("/", express.json(), async (req, res) => {
      const { password } = req.body as { password: string };
      await hash(password, { memoryCost, timeCost, parallelism });
      res.json({ message: "ok" });
    });
    const server = app.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  },
};
export type HashOnly = typeof handlers;
serve(handlers);
