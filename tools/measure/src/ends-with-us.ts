/**
 * For Node.js's `--import`, in a process with an "ipc" channel: it ends when the process that
 * started it is gone, however that ended. The channel alone keeps nobody alive.
 */
export const ENDS_WITH_US =
  "data:text/javascript,process.on('disconnect',()=>process.exit());process.channel.unref()";
