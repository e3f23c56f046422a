// What is known about a person: to export it, and to erase it.
export { cancelAll, eraseMail } from "./erasure/erase-mail.ts";
export { MAIL_TABLES, type Mailboxes, NOT_ABOUT_PEOPLE } from "./erasure/mail-tables.ts";
export { type PersonTable, eraseRows, exportRows } from "./erasure/person-table.ts";
export { type Pseudonyms, createPseudonyms } from "./erasure/pseudonyms.ts";
export { findSpellings } from "./erasure/spellings.ts";
