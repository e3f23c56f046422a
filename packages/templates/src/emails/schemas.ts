// Every email that can be queued, by name. It loads no React. `templates.ts` has their looks.
export { schema as "account-changed" } from "./account-changed/schema.ts";
export { schema as "account-deleted" } from "./account-deleted/schema.ts";
export { schema as "account-exists" } from "./account-exists/schema.ts";
export { schema as "address-changed" } from "./address-changed/schema.ts";
export { schema as "address-taken" } from "./address-taken/schema.ts";
export { schema as "change-address" } from "./change-address/schema.ts";
export { schema as "delete-account" } from "./delete-account/schema.ts";
export { schema as "operator-alert" } from "./operator-alert/schema.ts";
export { schema as "password-changed" } from "./password-changed/schema.ts";
export { schema as "password-reset" } from "./password-reset/schema.ts";
export { schema as "verify-email" } from "./verify-email/schema.ts";
export { schema as "welcome" } from "./welcome/schema.ts";
// Examples of what the parts can do: nothing sends them.
export { schema as "digest" } from "./digest/schema.ts";
export { schema as "one-time-code" } from "./one-time-code/schema.ts";
export { schema as "product-update" } from "./product-update/schema.ts";
export { schema as "receipt" } from "./receipt/schema.ts";
export { schema as "team-invitation" } from "./team-invitation/schema.ts";
