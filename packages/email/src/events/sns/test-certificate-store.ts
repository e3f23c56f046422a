import type { CertificateStore } from "./certificates.ts";

/** Certificates that are kept in memory. */
export function createTestStore(): CertificateStore & { kept: { url: string; pem: string }[] } {
  const kept: { url: string; pem: string }[] = [];
  return {
    kept,
    all: () => Promise.resolve(kept),
    async keep(url, pem) {
      kept.push({ url, pem });
    },
  };
}
