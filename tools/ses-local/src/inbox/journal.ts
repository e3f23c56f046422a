import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
} from "node:fs";
import path from "node:path";
import { AppendFile } from "./append-file.ts";
import type { Envelope } from "./message.ts";

/** A message in the journal. */
export interface Entry extends Envelope {
  /** Ids increase with the time of arrival. */
  id: string;
  /** ISO 8601. */
  at: string;
  /** Bytes of the whole message. */
  size: number;
}

/** A change of the inbox. */
export type Change = { added: Entry } | { removed: string[] } | { marked: string[]; read: boolean };

/** The place of a change, and of the message source that may follow it. */
export interface Place {
  segment: number;
  /** Where the source begins. */
  offset: number;
  /** Bytes of both together. */
  length: number;
}

/** Bytes after which the next segment begins. A segment is read and deleted as a whole. */
const SEGMENT_SIZE = 1024 * 1024;

/**
 * The changes of the inbox in their order, on disk. They are in segments, so that the oldest
 * messages are deleted with a file. A change is a line of JSON. The source of an added message
 * follows it.
 */
export class Journal {
  readonly #folder: string;
  /** The segments on disk: number → bytes, in ascending order. */
  readonly #segments: Map<number, number>;
  /** The last segment, while it is written to. */
  #open: AppendFile | undefined;

  /** @param folder created if it is missing */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const numbers = readdirSync(folder)
      .map((file) => Number(/^(\d+)\.journal$/.exec(file)?.[1]))
      .filter((segment) => !Number.isNaN(segment))
      .toSorted((a, b) => a - b);
    this.#segments = new Map(
      numbers.map((segment) => [segment, statSync(this.#file(segment)).size]),
    );
  }

  /** Bytes on disk. */
  get size(): number {
    return [...this.#segments.values()].reduce((sum, size) => sum + size, 0);
  }

  /** The number of the oldest segment. */
  get oldest(): number | undefined {
    return this.#segments.keys().next().value;
  }

  /** All changes, in order. */
  *replay(): Generator<{ change: Change; place: Place }> {
    for (const segment of this.#segments.keys()) {
      for (const { change, ...where } of readChanges(readFileSync(this.#file(segment)))) {
        yield { change, place: { segment, ...where } };
      }
    }
  }

  append(change: Change, source?: Buffer): Place {
    const file = (this.#open ??= this.#begin());
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    const content = source ? Buffer.concat([line, source, Buffer.from("\n")]) : line;
    const segment = this.#last;
    const { size } = file;
    file.append(content);
    this.#segments.set(segment, file.size);
    if (file.size >= SEGMENT_SIZE) this.#close();
    return { segment, offset: size + line.length, length: content.length };
  }

  source({ segment, offset }: Place, size: number): Buffer {
    const source = Buffer.alloc(size);
    const file = openSync(this.#file(segment), "r");
    try {
      readSync(file, source, 0, size, offset);
    } finally {
      closeSync(file);
    }
    return source;
  }

  /** Deletes the segments before `first`. Default: all except the last one. */
  free(first = this.#last): void {
    for (const segment of this.#segments.keys()) if (segment < first) this.#remove(segment);
  }

  clear(): void {
    this.#close();
    // The newest first. If this is interrupted, the rest is still a valid journal.
    for (const segment of [...this.#segments.keys()].reverse()) this.#remove(segment);
  }

  get #last(): number {
    return [...this.#segments.keys()].at(-1) ?? 0;
  }

  #remove(segment: number): void {
    rmSync(this.#file(segment), { force: true });
    this.#segments.delete(segment);
  }

  // Each process begins its own segment, so that nothing follows a change that the last process
  // left incomplete.
  #begin(): AppendFile {
    const segment = this.#last + 1;
    this.#segments.set(segment, 0);
    return new AppendFile(this.#file(segment));
  }

  #close(): void {
    this.#open?.close();
    this.#open = undefined;
  }

  #file(segment: number): string {
    return path.join(this.#folder, `${String(segment).padStart(8, "0")}.journal`);
  }
}

/** Reads the complete changes of a segment. */
function* readChanges(
  segment: Buffer,
): Generator<{ change: Change; offset: number; length: number }> {
  for (let at = 0; at < segment.length;) {
    const start = at;
    const end = segment.indexOf("\n", at);
    // The process was killed while it wrote this change, so its sender got no answer.
    if (end < 0) return;
    const change = parse(segment.toString("utf8", at, end));
    if (!change) return;
    const offset = end + 1;
    at = "added" in change ? offset + change.added.size + 1 : offset;
    if (at > segment.length) return;
    yield { change, offset, length: at - start };
  }
}

function parse(line: string): Change | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
