import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
} from "node:fs";
import path from "node:path";
import { AppendFile } from "./append-file.ts";
import type { Envelope } from "./message.ts";

/** A message as the journal keeps it. */
export interface Entry extends Envelope {
  /** Sorts by time of arrival. */
  id: string;
  /** ISO 8601. */
  at: string;
  /** Bytes of the whole message. */
  size: number;
}

/** A change of the inbox. */
export type Change = { added: Entry } | { removed: string[] } | { marked: string[]; read: boolean };

/** Where the source of a message is. */
export interface Place {
  segment: number;
  offset: number;
}

/** Bytes after which the next segment begins: what is read at once, and freed at once. */
const SEGMENT_SIZE = 1024 * 1024;

/**
 * The changes of the inbox in order, on disk: in segments, so that the oldest messages are
 * freed by removing a file. A change is a line of JSON; the source of a message follows it.
 */
export class Journal {
  readonly #folder: string;
  /** Numbers of those on disk, ascending. */
  #segments: number[];
  /** The last of them, while it is written to. */
  #open: AppendFile | undefined;

  /** @param folder made where it is missing */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    this.#segments = readdirSync(folder)
      .map((file) => Number(/^(\d+)\.journal$/.exec(file)?.[1]))
      .filter((segment) => !Number.isNaN(segment))
      .toSorted((a, b) => a - b);
  }

  /** What was kept, in order. */
  *replay(): Generator<{ change: Change; place: Place }> {
    for (const segment of this.#segments) {
      for (const { change, offset } of readChanges(readFileSync(this.#file(segment)))) {
        yield { change, place: { segment, offset } };
      }
    }
  }

  append(change: Change, source?: Buffer): Place {
    const file = (this.#open ??= this.#begin());
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    const place = { segment: this.#segments.at(-1) ?? 0, offset: file.size + line.length };
    file.append(source ? Buffer.concat([line, source, Buffer.from("\n")]) : line);
    if (file.size >= SEGMENT_SIZE) this.#close();
    return place;
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

  /** Removes the segments before that place, or all that are full. */
  free(oldest: Place | undefined): void {
    const first = oldest?.segment ?? this.#segments.at(-1) ?? 0;
    while (this.#segments[0] !== undefined && this.#segments[0] < first) {
      rmSync(this.#file(this.#segments[0]), { force: true });
      this.#segments.shift();
    }
  }

  clear(): void {
    this.#close();
    // The newest first: what an interruption leaves is then still a beginning.
    for (const segment of this.#segments.toReversed()) rmSync(this.#file(segment), { force: true });
  }

  // Each process begins a segment of its own, so that nothing follows a change that the last
  // one left half-written.
  #begin(): AppendFile {
    const segment = (this.#segments.at(-1) ?? 0) + 1;
    this.#segments.push(segment);
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

/** The whole changes of a segment; `offset` is where the source begins. */
function* readChanges(segment: Buffer): Generator<{ change: Change; offset: number }> {
  for (let at = 0; at < segment.length;) {
    const end = segment.indexOf("\n", at);
    // What was half-written when the process was killed: its sender was not told that it arrived.
    if (end < 0) return;
    const change = parse(segment.toString("utf8", at, end));
    if (!change) return;
    const offset = end + 1;
    at = "added" in change ? offset + change.added.size + 1 : offset;
    if (at > segment.length) return;
    yield { change, offset };
  }
}

function parse(line: string): Change | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
