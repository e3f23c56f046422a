// Writes the client from prisma/schema.prisma.
import { prisma } from "./prisma.ts";

process.exitCode = await prisma(["generate"]);
