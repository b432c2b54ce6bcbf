import type { WantedPart } from '@postern/protocol';
import type { ImportFile } from './import-file.ts';

/** Why the reading of a file of the page ended. */
export class UploadEnded extends Error {}

interface Request {
  readonly part: WantedPart;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (why: UploadEnded) => void;
}

/**
 * A file that stays where the page has it: what is read of it is requested from the page, so that a database is read
 * without being stored, in any order.
 */
export class RequestedFile implements ImportFile {
  readonly bytes: number;
  #request: Request | undefined;
  #isEnded = false;
  #notify: () => void = () => undefined;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  /** The part that is waited for. */
  get wanted(): WantedPart | undefined {
    return this.#request?.part;
  }

  async read(at: number, count: number): Promise<Uint8Array> {
    const bytes = Math.min(count, this.bytes - at);
    if (bytes <= 0) return new Uint8Array(0);
    return await new Promise((resolve, reject) => {
      if (this.#isEnded) {
        reject(new UploadEnded());
        return;
      }
      this.#request = { part: { at, bytes }, resolve, reject };
      this.#notify();
    });
  }

  /** False if this part isn't the wanted one. */
  deliver(at: number, bytes: Uint8Array): boolean {
    const request = this.#request;
    if (request?.part.at !== at || request.part.bytes !== bytes.length) return false;
    this.#request = undefined;
    request.resolve(bytes);
    return true;
  }

  /** Ends the reading now, or when the next part would be requested. */
  end(): void {
    this.#isEnded = true;
    const request = this.#request;
    this.#request = undefined;
    request?.reject(new UploadEnded());
  }

  /** Waits until a part is wanted. Only one caller at a time. */
  async untilWanted(): Promise<void> {
    if (this.#request !== undefined) return;
    await new Promise<void>((resolve) => {
      this.#notify = resolve;
    });
  }
}
