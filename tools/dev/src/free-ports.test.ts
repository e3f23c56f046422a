import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, it } from "vitest";
import { assertFree } from "./free-ports.ts";

it.each(["127.0.0.1", "::"])("names the taken port and its variable (%s)", async (host) => {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await expect(assertFree({ PREVIEW_PORT: port })).rejects.toMatchObject({
    code: "PORT_TAKEN",
    message: expect.stringMatching(new RegExp(`^Port ${port} is taken\\..*PREVIEW_PORT=`)),
  });
  server.close();
  await once(server, "close");
  await assertFree({ PREVIEW_PORT: port });
});
