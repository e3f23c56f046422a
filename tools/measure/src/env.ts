/** The environment of a child process: this process's, plus more. */
export function withEnv(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}
