/**
 * What a person tells of themselves at sign-up, beside address and password: each a column of
 * `users` by the same name.
 */
export interface Profile {
  name: string;
}
