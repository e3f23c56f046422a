import type { Db } from "@repo/db";
import type { CertificateStore } from "./certificates.ts";

/** Stores SNS's certificates in PostgreSQL, for every process. There is one a year and region. */
export function keepCertificates(db: Db): CertificateStore {
  return {
    all: () => db.snsCertificate.findMany({ select: { url: true, pem: true } }),
    async keep(url, pem) {
      const data = { url, pem };
      await db.snsCertificate.upsert({ where: { url }, create: data, update: data });
    },
  };
}
