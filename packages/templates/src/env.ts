/** The port of the preview server, from `PREVIEW_PORT`. Default: 3001. */
export function previewPort(): number {
  const value = process.env["PREVIEW_PORT"] || "3001";
  const port = Number(value);
  if (Number.isInteger(port) && port > 0 && port < 65536) return port;
  throw new Error(`PREVIEW_PORT is ${JSON.stringify(value)}; it must be a port, 1 to 65535.`);
}
