import {
  DeleteSuppressedDestinationCommand,
  GetEmailIdentityCommand,
  GetSuppressedDestinationCommand,
  ListSuppressedDestinationsCommand,
  PutSuppressedDestinationCommand,
  paginateListSuppressedDestinations,
} from "@aws-sdk/client-sesv2";
import { startOwn } from "../testing/start.ts";
import { afterAll, expect, it } from "vitest";
import { createClient } from "../testing/client.ts";

const ses = await startOwn();
const client = createClient(ses.url);
afterAll(async () => {
  client.destroy();
  await ses.stop();
});

it("should put an address on the account's suppression list, and remove it", async () => {
  const EmailAddress = "listed@example.org";
  await client.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason: "BOUNCE" }));
  const { SuppressedDestinationSummaries } = await client.send(
    new ListSuppressedDestinationsCommand({}),
  );
  expect(SuppressedDestinationSummaries).toMatchObject([{ EmailAddress, Reason: "BOUNCE" }]);
  await client.send(new DeleteSuppressedDestinationCommand({ EmailAddress }));
  await expect(
    client.send(new GetSuppressedDestinationCommand({ EmailAddress })),
  ).rejects.toMatchObject({ name: "NotFoundException" });
});

it("should list the suppression list in pages, and by reason", async () => {
  const addresses = ["a", "b", "c"].map((name) => `${name}@paged.example.org`);
  for (const [i, EmailAddress] of addresses.entries()) {
    const Reason = i === 1 ? "COMPLAINT" : "BOUNCE";
    await client.send(new PutSuppressedDestinationCommand({ EmailAddress, Reason }));
  }
  const found: (string | undefined)[] = [];
  for await (const page of paginateListSuppressedDestinations({ client, pageSize: 1 }, {})) {
    expect(page.SuppressedDestinationSummaries).toHaveLength(1);
    found.push(page.SuppressedDestinationSummaries?.[0]?.EmailAddress);
  }
  expect(found).toEqual(expect.arrayContaining(addresses));
  const { SuppressedDestinationSummaries: complaints = [] } = await client.send(
    new ListSuppressedDestinationsCommand({ Reasons: ["COMPLAINT"] }),
  );
  const listed = complaints.map(({ EmailAddress }) => EmailAddress);
  expect(listed).toContain(addresses[1]);
  expect(listed).not.toContain(addresses[0]);
  await expect(
    client.send(new ListSuppressedDestinationsCommand({ PageSize: 0 })),
  ).rejects.toMatchObject({ name: "BadRequestException" });
});

it("should put an address on that list after a permanent bounce, and no address of the simulator", async () => {
  const has = (EmailAddress: string) =>
    client.send(new GetSuppressedDestinationCommand({ EmailAddress })).then(
      () => true,
      () => false,
    );
  await ses.trigger("bounce", "hard@example.org");
  await ses.trigger("soft-bounce", "soft@example.org");
  expect([await has("hard@example.org"), await has("soft@example.org")]).toEqual([true, false]);
  await ses.trigger("bounce", "bounce@simulator.amazonses.com");
  expect(await has("bounce@simulator.amazonses.com")).toBe(false);
});

it("should describe a verified identity", async () => {
  const identity = await client.send(new GetEmailIdentityCommand({ EmailIdentity: "example.com" }));
  expect(identity).toMatchObject({ IdentityType: "DOMAIN", VerifiedForSendingStatus: true });
});
