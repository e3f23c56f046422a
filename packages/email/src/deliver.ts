export {
  type Deliverer,
  type DelivererConfig,
  type OnUnsent,
  createDeliverer,
} from "./delivery/deliverer.ts";
export type { EvidenceRules } from "./delivery/evidence.ts";
export { checkDatabase } from "./restore/check.ts";
export { proxied } from "./transports/proxied.ts";
export { type SesConfig, createSesTransport } from "./transports/ses.ts";
export type {
  OutgoingMessage,
  Refusal,
  SendQuota,
  SendResult,
  SenderConfig,
  Transport,
} from "./transports/transport.ts";
