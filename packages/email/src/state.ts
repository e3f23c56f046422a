/**
 * Every way in which a message's state may change, and what changes it. PostgreSQL refuses any
 * other (packages/db/prisma/migrations, `refuse_illegal_transition`). ARCHITECTURE.md draws them.
 */
export const TRANSITIONS = [
  { from: "queued", to: "sending", by: "claim" },
  { from: "queued", to: "closed", by: "claim: suppressed, unsubscribed, expired, not allowed" },
  { from: "queued", to: "closed", by: "unsubscribe" },
  { from: "queued", to: "closed", by: "cancel" },
  { from: "queued", to: "closed", by: "event: an earlier copy was sent" },
  { from: "queued", to: "closed", by: "settle: an earlier copy was sent, as a late answer says" },
  { from: "sending", to: "closed", by: "settle: sent, failed" },
  { from: "sending", to: "queued", by: "settle, release: certainly not sent" },
  { from: "sending", to: "unknown", by: "settle: the answer was lost" },
  { from: "sending", to: "unknown", by: "sweep: the lease was lost" },
  { from: "sending", to: "closed", by: "event: it came before the answer" },
  { from: "sending", to: "closed", by: "restore: an operator cancels" },
  { from: "unknown", to: "queued", by: "sweep: resend, once" },
  { from: "unknown", to: "queued", by: "evidence: it was not sent; twice at most" },
  { from: "unknown", to: "queued", by: "settle: certainly not sent, as a late answer says" },
  { from: "unknown", to: "closed", by: "sweep: hold, or resent once already" },
  { from: "unknown", to: "closed", by: "event: it was sent" },
  { from: "unknown", to: "closed", by: "settle: sent or failed, as a late answer says" },
  { from: "unknown", to: "closed", by: "restore: an operator cancels" },
  { from: "unknown", to: "closed", by: "cancel: the account was deleted" },
  { from: "closed", to: "queued", by: "retry: failed or unknown, its contents kept" },
] as const;
