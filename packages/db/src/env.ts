/** The environment of a child process: this one's, and more. */
export function withEnv(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}
