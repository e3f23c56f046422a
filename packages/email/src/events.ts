export { applyEvents } from "./events/apply.ts";
export { attachEvents } from "./events/attach.ts";
export type { Effect, SesEvent } from "./events/event.ts";
export { parseSesEvent } from "./events/ses/parse.ts";
export { type SuppressionPolicy } from "./events/suppress.ts";
