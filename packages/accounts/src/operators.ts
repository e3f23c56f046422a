// For operators: who they are, and what people have asked for.
export { type AskedFor, findRequests } from "./operators/requests.ts";
export { listOperators, setRole } from "./operators/roles.ts";
