import { appendFileSync, closeSync, fchmodSync, ftruncateSync, openSync } from "node:fs";

/**
 * A file that only grows. It is written to synchronously: into the page cache that takes 5 µs
 * for an email, and 30 by way of the thread pool. It outlasts the process, but not a power cut.
 * Nobody else on the machine may read it: emails have links to new passwords.
 */
export class AppendFile {
  readonly #file: number;
  #size: number;

  /** @param size where it goes on: what stands after it is cut off */
  constructor(path: string, size = 0) {
    this.#file = openSync(path, "a", 0o600);
    // One of an older version.
    fchmodSync(this.#file, 0o600);
    ftruncateSync(this.#file, size);
    this.#size = size;
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  /** Appends all of it or, where that fails, nothing. */
  append(content: Buffer): void {
    try {
      appendFileSync(this.#file, content);
    } catch (error) {
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
    this.#size += content.length;
  }

  clear(): void {
    ftruncateSync(this.#file);
    this.#size = 0;
  }

  close(): void {
    closeSync(this.#file);
  }
}
