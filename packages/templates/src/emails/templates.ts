// The looks of every email of `schemas.ts`, by name. An email that is missing here fails the type
// check.
export { template as "account-changed" } from "./account-changed/template.tsx";
export { template as "account-deleted" } from "./account-deleted/template.tsx";
export { template as "account-exists" } from "./account-exists/template.tsx";
export { template as "address-changed" } from "./address-changed/template.tsx";
export { template as "address-taken" } from "./address-taken/template.tsx";
export { template as "change-address" } from "./change-address/template.tsx";
export { template as "delete-account" } from "./delete-account/template.tsx";
export { template as "operator-alert" } from "./operator-alert/template.tsx";
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
