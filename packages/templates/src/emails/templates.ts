// The looks of every email of `schemas.ts`, by name. An email that is missing here fails the type check.
export { template as "account-exists" } from "./account-exists/template.tsx";
export { template as "password-changed" } from "./password-changed/template.tsx";
export { template as "password-reset" } from "./password-reset/template.tsx";
export { template as "verify-email" } from "./verify-email/template.tsx";
export { template as "welcome" } from "./welcome/template.tsx";
// Examples of what the parts can do: nothing sends them.
export { template as "digest" } from "./digest/template.tsx";
export { template as "one-time-code" } from "./one-time-code/template.tsx";
export { template as "product-update" } from "./product-update/template.tsx";
export { template as "receipt" } from "./receipt/template.tsx";
export { template as "team-invitation" } from "./team-invitation/template.tsx";
