import type { CertificateStore } from "./certificates.ts";

/** Certificates that are kept in memory. */
export function createTestStore(): CertificateStore & { kept: { url: string; pem: string }[] } {
  const kept: { url: string; pem: string }[] = [];
  return {
    kept,
    all: () => Promise.resolve(kept),
    async keep(url, pem) {
      const others = kept.filter((one) => one.url !== url);
      kept.splice(0, Infinity, ...others, { url, pem });
    },
  };
}
