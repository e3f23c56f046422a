import {
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";

/** Where the bytes after a line are. They move when the file is written anew. */
export interface Place {
  offset: number;
  size: number;
}

/** The file is written anew when it has twice the bytes that were kept last, and this many more. */
const SPARE = 4 * 1024 * 1024;

/**
 * Changes in their order, in a file that only grows: each is a line with a number and JSON, and
 * that number of bytes after it. Writes are synchronous: into the page cache they take 5 µs for an
 * email, and 30 µs in the thread pool. The content survives the end of the process, but not a power
 * cut. Other users cannot read the file, because emails contain links to new passwords.
 */
export class Journal<Line> {
  readonly #path: string;
  readonly #apply: (line: Line, place: Place) => void;
  readonly #kept: (() => Iterable<[Line, Place?]>) | undefined;
  #file: number;
  #size = 0;
  #limit = Infinity;

  /**
   * Reads the file, and creates it if it is missing.
   *
   * @param apply called for each line of the file, and for each that is appended
   * @param kept what stays when the file is written anew. Default: everything
   */
  constructor(
    path: string,
    apply: (line: Line, place: Place) => void,
    kept?: () => Iterable<[Line, Place?]>,
  ) {
    this.#path = path;
    this.#apply = apply;
    this.#kept = kept;
    this.#file = open(path);
    for (const [line, place] of readLines<Line>(this.#file)) {
      apply(line, place);
      this.#size = place.offset + place.size;
    }
    // The process was killed while it wrote what follows, so its sender got no answer.
    ftruncateSync(this.#file, this.#size);
    this.#rewrite();
  }

  /** Appends all of the line and the bytes, or nothing if that fails. Then it applies the line. */
  append(line: Line, bytes: Buffer = Buffer.alloc(0)): void {
    this.#apply(line, this.#write(line, bytes));
    if (this.#size > this.#limit) this.#rewrite();
  }

  read({ offset, size }: Place): Buffer {
    const bytes = Buffer.alloc(size);
    readSync(this.#file, bytes, 0, size, offset);
    return bytes;
  }

  clear(): void {
    ftruncateSync(this.#file);
    this.#size = 0;
  }

  #write(line: Line, bytes: Buffer): Place {
    const head = Buffer.from(`${bytes.length} ${JSON.stringify(line)}\n`);
    const content = Buffer.concat([head, bytes]);
    try {
      for (let at = 0; at < content.length;) {
        at += writeSync(this.#file, content, at, content.length - at, this.#size + at);
      }
    } catch (error) {
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += content.length;
    return { offset: this.#size - bytes.length, size: bytes.length };
  }

  /** Writes a new file without what was deleted, and puts it in place of the old one. */
  #rewrite(): void {
    if (!this.#kept) return;
    const path = `${this.#path}.new`;
    rmSync(path, { force: true });
    const next = new Journal<Line>(path, () => undefined);
    const moved: [Place, Place][] = [];
    for (const [line, place] of this.#kept()) {
      const to = next.#write(line, place ? this.read(place) : Buffer.alloc(0));
      if (place) moved.push([place, to]);
    }
    closeSync(next.#file);
    closeSync(this.#file);
    renameSync(path, this.#path);
    this.#file = open(this.#path);
    this.#size = next.#size;
    this.#limit = 2 * this.#size + SPARE;
    for (const [place, to] of moved) Object.assign(place, to);
  }
}

function open(path: string): number {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  // An older version may have created the file with another mode.
  fchmodSync(file, 0o600);
  return file;
}

/** Reads the complete lines, and where the bytes after each are. */
function* readLines<Line>(file: number): Generator<[Line, Place]> {
  let part = Buffer.alloc(0);
  /** Where the part begins in the file. */
  let start = 0;
  for (let at = 0; ;) {
    let end = part.indexOf("\n", at - start);
    for (let size = 1024 * 1024; end < 0; size *= 2) {
      part = Buffer.alloc(size);
      part = part.subarray(0, readSync(file, part, 0, size, at));
      start = at;
      end = part.indexOf("\n");
      if (end < 0 && part.length < size) return;
    }
    const [, size = "", json = ""] =
      /^(\d+) (.*)$/s.exec(part.toString("utf8", at - start, end)) ?? [];
    const place = { offset: start + end + 1, size: Number(size) };
    at = place.offset + place.size;
    if (size === "" || (place.size > 0 && readSync(file, Buffer.alloc(1), 0, 1, at - 1) === 0))
      return;
    yield [JSON.parse(json), place];
  }
}
