/** A header field. `source` has its original lines, with folding and line ends. */
export interface Field {
  name: string;
  value: string;
  source: string;
}

export interface Mime {
  fields: Field[];
  body: Buffer;
}

/** Splits a message into header fields and body. Values are unfolded, and encoded words stay. */
export function parseMime(raw: Buffer): Mime {
  const crlf = raw.indexOf("\r\n\r\n");
  const lf = raw.indexOf("\n\n");
  const [end, gap] = lf < 0 || (crlf >= 0 && crlf < lf) ? [crlf, 4] : [lf, 2];
  // latin1 keeps every byte, so every field can be written again unchanged.
  const header = (end < 0 ? raw : raw.subarray(0, end)).toString("latin1");
  const fields = header
    .split(/\r?\n(?![ \t])/)
    .map((source) => {
      const colon = source.indexOf(":");
      return {
        name: source.slice(0, Math.max(colon, 0)).trim(),
        value: source
          .slice(colon + 1)
          .replace(/\r?\n[ \t]*/g, " ")
          .trim(),
        source: `${source}\r\n`,
      };
    })
    .filter(({ name }) => name !== "");
  return { fields, body: end < 0 ? Buffer.alloc(0) : raw.subarray(end + gap) };
}

/** The values of all fields with this name, in order. */
export function values(mime: Mime, name: string): string[] {
  return mime.fields
    .filter((field) => field.name.toLowerCase() === name)
    .map((field) => field.value);
}

export function formatMime({ fields, body }: Mime): Buffer {
  const header = fields.map(({ source }) => source).join("");
  return Buffer.concat([Buffer.from(`${header}\r\n`, "latin1"), body]);
}
