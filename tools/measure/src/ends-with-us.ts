/**
 * For Node.js's `--import`, in a process with an "ipc" channel: ends the process when its parent
 * has ended in any way. The channel does not keep the process alive.
 */
export const ENDS_WITH_US =
  "data:text/javascript,process.on('disconnect',()=>process.exit());process.channel.unref()";
