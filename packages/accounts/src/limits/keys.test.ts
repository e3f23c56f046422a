import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLimitKeys } from "./keys.ts";

const keys = createLimitKeys("secret");
const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString("hex");
const client = (ip: string | undefined) => hex(keys.client(ip).client);
const network = (ip: string | undefined) => hex(keys.client(ip).network);
const mailbox = (key: string) => hex(keys.mailbox("signUpMail", key));

describe("a client", () => {
  it("is an IPv4 address, without a network", () => {
    expect(client("192.0.2.1")).not.toBe(client("192.0.2.2"));
    expect(network("192.0.2.1")).toBeUndefined();
  });

  it("is the same by its IPv4-mapped IPv6 address", () => {
    for (const ip of [
      "::ffff:192.0.2.1",
      "::FFFF:c000:201",
      "0:0:0:0:0:ffff:192.0.2.1",
      "::ffff:192.0.2.1%eth0",
    ]) {
      expect(client(ip)).toBe(client("192.0.2.1"));
      expect(network(ip)).toBeUndefined();
    }
  });

  it("is the /64 of an IPv6 address, and its network the /48", () => {
    const ip = "2001:db8:1:2::1";
    for (const same of [
      "2001:db8:1:2:ffff:ffff:ffff:ffff",
      "2001:0DB8:0001:0002:0:0:0:9",
      "2001:db8:1:2::192.0.2.1",
      "2001:db8:1:2::1%eth0",
    ]) {
      expect(client(same)).toBe(client(ip));
      expect(network(same)).toBe(network(ip));
    }
    expect(client("2001:db8:1:3::1")).not.toBe(client(ip));
    expect(network("2001:db8:1:3::1")).toBe(network(ip));
    expect(network("2001:db8:2:2::1")).not.toBe(network(ip));
  });

  it("is the same in every spelling of an IPv6 address", () => {
    const group = fc.oneof(fc.constant(0), fc.nat({ max: 0xffff }));
    const groups = fc.array(group, { minLength: 8, maxLength: 8 });
    const property = fc.property(groups, (all) => {
      const long = all.map((each) => each.toString(16).padStart(4, "0")).join(":");
      const short = new URL(`http://[${long}]`).hostname.slice(1, -1);
      expect(keys.client(short)).toEqual(keys.client(long));
      expect(keys.client(long.toUpperCase())).toEqual(keys.client(long));
      // The client chooses the second half. If the first half is zero, it may be an IPv4 address.
      if (all.slice(0, 4).every((each) => each === 0)) return;
      const other = [...all.slice(0, 4), 1, 2, 3, 4].map((each) => each.toString(16)).join(":");
      expect(keys.client(other)).toEqual(keys.client(long));
    });
    fc.assert(property);
  });

  it("is the same with any port that a proxy adds", () => {
    expect(client("192.0.2.1:50123")).toBe(client("192.0.2.1"));
    expect(client("[2001:db8::1]:50123")).toBe(client("2001:db8::1"));
    expect(client("[2001:db8::1]")).toBe(client("2001:db8::1"));
  });

  it("is one client for everything that is not an IP address", () => {
    const garbage = [undefined, "", "unknown", "%", "1.2.3", "1.2.3.4.5:6", "[", "[]", "[::1"];
    for (const ip of [...garbage, ":::", "1:2:3:4:5:6:7:8:9", "::1/64", "a".repeat(100_000)]) {
      expect(keys.client(ip)).toEqual(keys.client("no address"));
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4()), (ip) => {
        keys.client(ip);
      }),
    );
  });
});

describe("a mailbox", () => {
  it("is the same with every tag", () => {
    for (const same of ["name+tag@example.com", "name+@example.com", "name+a+b@example.com"]) {
      expect(mailbox(same)).toBe(mailbox("name@example.com"));
    }
    expect(mailbox("+a@example.com")).not.toBe(mailbox("+b@example.com"));
    expect(mailbox("name@example.org")).not.toBe(mailbox("name@example.com"));
  });

  it("is the same with any dots at Gmail, under both of its domains", () => {
    for (const same of ["f.irst.last@gmail.com", "first.last+x.y@googlemail.com"]) {
      expect(mailbox(same)).toBe(mailbox("firstlast@gmail.com"));
    }
  });

  it("differs by its dots at any other domain", () => {
    expect(mailbox("first.last@example.com")).not.toBe(mailbox("firstlast@example.com"));
    expect(mailbox("first.last@notgmail.com")).not.toBe(mailbox("firstlast@notgmail.com"));
  });
});

it("does not fold an address", () => {
  const address = (key: string) => hex(keys.address("wrongPassword", key));
  expect(address("name+tag@gmail.com")).not.toBe(address("name@gmail.com"));
  expect(address("first.last@gmail.com")).not.toBe(address("firstlast@gmail.com"));
});

it("differs for every limit and every secret", () => {
  const others = createLimitKeys("another secret");
  const address = "name@example.com";
  const hashes = [
    keys.mailbox("signUpMail", address),
    keys.mailbox("recoveryMail", address),
    keys.address("wrongPassword", address),
    keys.raw("trustedBrowser", address),
    others.mailbox("signUpMail", address),
    keys.client("2001:db8::1").client,
    keys.client("2001:db8::1").network,
    others.client("2001:db8::1").client,
  ].map(hex);
  expect(new Set(hashes).size).toBe(hashes.length);
  for (const hash of hashes) expect(hash).toMatch(/^[\da-f]{64}$/);
});
