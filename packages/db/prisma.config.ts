import { defineConfig, env } from "prisma/config";

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  // Always set by src/prisma-cli.ts, which alone decides which database it is.
  datasource: { url: env("DATABASE_URL") },
});
