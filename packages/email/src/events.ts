// SES's events: from the message that SNS brings to the rows in the database.
export { EmailError } from "./error.ts";
export { applyEvents } from "./events/apply.ts";
export { attachEvents } from "./events/attach.ts";
export { type AttachedEvent, EVENT_TYPES, type OnEvents, type SesEvent } from "./events/event.ts";
export { type Ingest, type IngestResult, createIngest } from "./events/ingest.ts";
export { MAX_ENVELOPE } from "./events/sns/envelope.ts";
export type { DevEnv, SnsFetch } from "./events/sns/fetch.ts";
