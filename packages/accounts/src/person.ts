// For operators: what is stored about a person.
export { type ErasePerson, erasePerson } from "./person/erase-person.ts";
export { type PersonExport, exportPerson } from "./person/export-person.ts";
