/** The environment of this process. */
export const env = process.env;
