/**
 * What people fill in at sign-up besides address and password. Each field is a column of `users`
 * with the same name.
 */
export interface Profile {
  name: string;
}
