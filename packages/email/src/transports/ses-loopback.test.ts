import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { callsOf, pointSdkTo, useSesServer } from "./test-ses.ts";

const { send, quota } = callsOf({ from: "hello@example.com", loopbackOnly: true });
const serve = useSesServer();

describe("on loopback only", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "aws-config-"));
    await writeFile(
      path.join(folder, "config"),
      [
        "[default]",
        "services = mine",
        "[services mine]",
        "sesv2 =",
        "  endpoint_url = https://email.example.com",
        "[profile region]",
        "region = eu-west-1",
        "aws_access_key_id = local",
        "aws_secret_access_key = local",
        "",
      ].join("\n"),
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each<[string, NodeJS.ProcessEnv]>([
    ["the service's endpoint", { AWS_ENDPOINT_URL_SESV2: "https://email.example.com" }],
    ["the endpoint of all services", { AWS_ENDPOINT_URL: "https://email.example.com" }],
    ["a shared configuration file", { AWS_CONFIG_FILE: "config" }],
    ["the region alone", {}],
    [
      "a profile's region",
      {
        AWS_CONFIG_FILE: "config",
        AWS_PROFILE: "region",
        AWS_REGION: undefined,
        AWS_ACCESS_KEY_ID: undefined,
        AWS_SECRET_ACCESS_KEY: undefined,
      },
    ],
    ["dual stack", { AWS_USE_DUALSTACK_ENDPOINT: "true" }],
    [
      "a name that begins like this machine's",
      { AWS_ENDPOINT_URL_SESV2: "http://localhost.example.com" },
    ],
    [
      "a name that looks like its address",
      { AWS_ENDPOINT_URL_SESV2: "http://127.0.0.1.example.com" },
    ],
    ["a user name that looks like it", { AWS_ENDPOINT_URL_SESV2: "http://localhost@example.com" }],
    ["an address of another machine", { AWS_ENDPOINT_URL_SESV2: "http://192.0.2.1" }],
    ["every address of this machine", { AWS_ENDPOINT_URL_SESV2: "http://0.0.0.0" }],
  ])("refuses another host from %s, for every operation", async (_way, env) => {
    pointSdkTo(undefined);
    for (const [name, value] of Object.entries(env)) {
      vi.stubEnv(name, value === "config" ? path.join(folder, value) : value);
    }
    expect(await send()).toMatchObject({
      result: "misconfigured",
      code: "LOOPBACK_ONLY",
      error: expect.stringMatching(/EMAIL_ALLOW_TO.*EMAIL_REDIRECT_TO.*APP_ENV/),
    });
    await expect(quota()).rejects.toMatchObject({
      code: "LOOPBACK_ONLY",
      message: expect.stringMatching(/EMAIL_ALLOW_TO.*EMAIL_REDIRECT_TO.*APP_ENV/),
    });
  });

  it.each(["127.0.0.1", "localhost", "127.1"])("takes %s", async (host) => {
    const port = await serve((_request, response) => response.end('{"MessageId":"id"}'));
    pointSdkTo(`http://${host}:${port}`);
    expect(await send()).toMatchObject({ result: "accepted" });
  });

  it("sends to another machine if loopbackOnly is off", async () => {
    // A name that no name server has (RFC 2606): the call gets as far as the look-up.
    pointSdkTo("https://email.invalid");
    expect(await send({ loopbackOnly: false })).not.toMatchObject({ code: "LOOPBACK_ONLY" });
  });
});
