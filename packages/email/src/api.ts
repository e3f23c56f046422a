export { type Client, authenticate } from "./api/authenticate.ts";
export { type ApiKey, type NewApiKey, createKey, listKeys, revokeKey } from "./api/keys.ts";
export { type ApiMessage, sendForProgram } from "./api/send.ts";
export { type ApiEmailStatus, statusForProgram } from "./api/status.ts";
