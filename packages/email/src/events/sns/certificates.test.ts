import { createTestSns } from "@repo/testing/sns";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestStore } from "./test-certificate-store.ts";
import { createSnsVerifier } from "./verify.ts";

const topicArn = "arn:aws:sns:eu-west-1:123456789012:ses-events";
const HOST = "sns.eu-west-1.amazonaws.com";
const sns = createTestSns(topicArn);
const fetched: string[] = [];
beforeEach(() => void fetched.splice(0));

/** A verifier whose fetch is counted; each has no certificate yet. */
function verifier(pem = sns.pem) {
  return createSnsVerifier({
    topicArn,
    certificates: createTestStore(),
    fetch: async (url) => {
      fetched.push(url.href);
      return pem;
    },
  });
}
const verify = (body: object, pem?: string) => verifier(pem).verify(JSON.stringify(body));

describe("the certificate", () => {
  it("is fetched once for many that ask at once, and kept", async () => {
    const { verify: check } = verifier();
    const bodies = Array.from({ length: 50 }, () => JSON.stringify(sns.notify("{}")));
    await Promise.all(bodies.map((body) => check(body)));
    await check(bodies[0]!);
    expect(fetched).toEqual([sns.certificateUrl]);
  });

  it("is also found by the field that SNS passes to a Lambda function", async () => {
    const { SigningCertURL, ...body } = sns.notify("{}");
    expect(await verify({ ...body, SigningCertUrl: SigningCertURL })).toMatchObject({
      type: "Notification",
    });
    await expect(
      verify({ ...body, SigningCertUrl: "https://example.com/SimpleNotificationService.pem" }),
    ).rejects.toMatchObject({ code: "FORGED_SNS_MESSAGE" });
  });

  it("is fetched again after a failure, which is retryable", async () => {
    let down = true;
    const { verify: check } = createSnsVerifier({
      topicArn,
      certificates: createTestStore(),
      fetch: async () => {
        if (down) throw new Error("down");
        return sns.pem;
      },
    });
    const body = JSON.stringify(sns.notify("{}"));
    await expect(check(body)).rejects.toThrow("down");
    down = false;
    await check(body);
  });

  describe("while invented names are many", () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    });
    afterEach(() => {
      vi.useRealTimers();
      vi.restoreAllMocks();
    });

    /** SNS knows one certificate, and no other. */
    function attacked() {
      const { verify: check } = createSnsVerifier({
        topicArn,
        certificates: createTestStore(),
        fetch: async (url) => {
          fetched.push(url.href);
          if (url.href !== sns.certificateUrl) throw new Error("status 404");
          return sns.pem;
        },
      });
      let count = 0;
      // Signed once, because a signature takes half a millisecond. It is never verified.
      const message = sns.notify("{}");
      const invent = () => {
        const name = (++count).toString(16).padStart(32, "0");
        const SigningCertURL = `https://${HOST}/SimpleNotificationService-${name}.pem`;
        return check(JSON.stringify({ ...message, SigningCertURL })).catch(
          (error: unknown) => error,
        );
      };
      return { check, invent };
    }

    it("costs ten requests at once, then one a second; a message is refused after eight seconds", async () => {
      const { invent } = attacked();
      const answers = Array.from({ length: 50 }, invent);
      await vi.advanceTimersByTimeAsync(0);
      expect(fetched).toHaveLength(10);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(fetched).toHaveLength(15);
      await vi.advanceTimersByTimeAsync(60_000);
      for (const answer of (await Promise.all(answers)).slice(-20)) {
        expect(answer).toBeInstanceOf(Error);
      }
      expect(fetched.length).toBeLessThanOrEqual(18);
    });

    it("lets a hundred messages wait at most", async () => {
      const { invent } = attacked();
      let refused = 0;
      for (let i = 0; i < 500; i++) {
        void invent().then((error) => {
          if ((error as { code?: string }).code === "SNS_CERTIFICATE") refused++;
        });
      }
      await vi.advanceTimersByTimeAsync(0);
      expect(refused).toBe(500 - 10 - 100);
    });

    it("draws the next one at random: neither the first nor the last of many has an advantage", async () => {
      vi.spyOn(Math, "random").mockImplementation(seededRandom());
      let accepted = 0;
      for (let i = 0; i < 16; i++) {
        const { check, invent } = attacked();
        for (let n = 0; n < 40; n++) void invent();
        await vi.advanceTimersByTimeAsync(0);
        // Ten were asked for, and thirty wait. Then come this one and thirty more.
        void check(JSON.stringify(sns.notify("{}"))).then(
          () => accepted++,
          () => undefined,
        );
        for (let n = 0; n < 30; n++) void invent();
        await vi.advanceTimersByTimeAsync(10_000);
      }
      // Of the 61 that wait, seven or eight are chosen before the wait is over.
      expect(accepted).toBeGreaterThan(0);
      expect(accepted).toBeLessThan(8);
    });

    it("accepts genuine messages within seconds, although nine a second are invented", async () => {
      const random = seededRandom();
      vi.spyOn(Math, "random").mockImplementation(random);
      const { check, invent } = attacked();
      // The attack has used up all requests that may run at once.
      for (let i = 0; i < 40; i++) void invent();
      await vi.advanceTimersByTimeAsync(3_000);
      const left = new Set(Array.from({ length: 20 }, () => JSON.stringify(sns.notify("{}"))));
      const post = async (body: string): Promise<void> => {
        for (;;) {
          const error = await check(body).catch((thrown: unknown) => thrown);
          if (!(error instanceof Error)) break;
          expect(error).toMatchObject({ retryable: true });
          // As SNS does, at first.
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
        left.delete(body);
      };
      for (const body of left) void post(body);
      let seconds = 0;
      for (; left.size > 0 && seconds < 60; seconds++) {
        for (let i = 0; i < 9; i++) void invent();
        await vi.advanceTimersByTimeAsync(1_000);
      }
      expect(left.size).toBe(0);
      expect(seconds).toBeLessThan(20);
    });
  });

  it("is fetched again if the stored one cannot be read, or is from another region", async () => {
    const certificates = createTestStore();
    const other = createTestSns("arn:aws:sns:me-south-1:123456789012:t", {
      commonName: "sns-signing.me-south-1.amazonaws.com",
    });
    certificates.kept.push(
      { url: other.certificateUrl, pem: other.pem },
      { url: sns.certificateUrl, pem: "broken" },
    );
    const { verify: check } = createSnsVerifier({
      topicArn,
      certificates,
      fetch: async () => sns.pem,
    });
    expect(await check(JSON.stringify(sns.notify("{}")))).toMatchObject({ type: "Notification" });
    expect(certificates.kept).toContainEqual({ url: sns.certificateUrl, pem: sns.pem });
  });

  it("is not fetched for a message of another time, or with a malformed signature", async () => {
    const { verify: check } = createSnsVerifier({
      topicArn,
      certificates: createTestStore(),
      maxAge: 3600,
      fetch: () => Promise.reject(new Error("asked")),
    });
    for (const hours of [-2, 2]) {
      const Timestamp = new Date(Date.now() + hours * 3_600_000).toISOString();
      await expect(check(JSON.stringify(sns.notify("{}", { Timestamp })))).rejects.toMatchObject({
        code: "STALE_SNS_MESSAGE",
      });
    }
    for (const Signature of ["", "AAAA", "*".repeat(344), `${"A".repeat(344)}!`]) {
      await expect(check(JSON.stringify(sns.notify("{}", { Signature })))).rejects.toMatchObject({
        code: "MALFORMED_SNS_MESSAGE",
      });
    }
  });

  it.each([
    ["of another name", { commonName: "sns.example.com" }, "not SNS's"],
    [
      "of a name that begins like SNS's",
      { commonName: "sns.amazonaws.com.example.com" },
      "not SNS",
    ],
    ["of a name with a line break", { commonName: "x\nCN=sns.amazonaws.com" }, "not SNS's"],
    ["of another region", { commonName: "sns-signing.me-south-1.amazonaws.com" }, "not SNS's"],
    ["with a small key", { rsaBits: 1024 }, "not RSA of 2048"],
  ])("%s is refused", async (_, options, why) => {
    const other = createTestSns(topicArn, options);
    const body = other.notify("{}");
    // A small key's signature is short, and refused before this.
    const Signature = body["Signature"]!.replace(/^.{172}$/, "A".repeat(344));
    await expect(verify({ ...body, Signature }, other.pem)).rejects.toThrow(why);
  });

  it("is refused if it is not a certificate", async () => {
    for (const pem of ["", "<html>", sns.pem.slice(0, 500)]) {
      await expect(verify(sns.notify("{}"), pem)).rejects.toMatchObject({
        code: "SNS_CERTIFICATE",
      });
    }
  });

  it("must be valid at the message's time, and not when it is read", async () => {
    const days = (count: number) => new Date(Date.now() + count * 86_400_000);
    const expired = createTestSns(topicArn, { from: days(-30), to: days(-3) });
    const future = createTestSns(topicArn, { from: days(1), to: days(30) });
    for (const other of [expired, future]) {
      await expect(verify(other.notify("{}"), other.pem)).rejects.toThrow("was not valid then");
    }
    const waited = expired.notify("{}", { Timestamp: days(-5).toISOString() });
    expect(await verify(waited, expired.pem)).toMatchObject({ type: "Notification" });
  });
});

/** Numbers from 0 up to 1, the same in each run. */
function seededRandom(): () => number {
  let state = 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
