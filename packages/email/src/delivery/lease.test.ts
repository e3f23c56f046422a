import { afterEach, expect, it, vi } from "vitest";
import { createLease } from "./lease.ts";

afterEach(() => vi.useRealTimers());

it("ends by the wall clock if the machine was suspended, and by the monotonic clock if the wall clock was set back", () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const lease = createLease(30);
  expect(lease.left()).toBe(30_000);
  // Both clocks advance.
  vi.advanceTimersByTime(10_000);
  expect(lease.left()).toBe(20_000);
  vi.setSystemTime(Date.now() + 15_000);
  expect(lease.left()).toBe(5_000);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(lease.left()).toBe(20_000);
});
