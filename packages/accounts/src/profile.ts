/**
 * What people fill in at sign-up besides address and password. Each field is a column of `users`
 * with the same name. docs/recipes.md, "A field at sign-up", lists what else a new one needs.
 */
export interface Profile {
  name: string;
}
