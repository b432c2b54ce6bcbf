import { Secret } from '@postern/kernel';
import { isDebugTime } from '@postern/protocol';
import { redactorOf } from '@postern/upstreams';
import type { Grant } from '../ports.ts';
import type { LoggedBody } from './body-log.ts';

/** The most bytes of a body that are logged. */
export const MAX_LOGGED_BYTES = 16 * 1024;
/** More than the longest form of a key. It is read beyond that limit, so that a key at the end is found whole. */
const MARGIN_BYTES = 32 * 1024;

type Redact = (text: string) => string;

/** Takes the bodies of one call of a gateway key that is being debugged, in bounded memory. */
export class BodyCapture {
  readonly #request = new Beginning();
  readonly #response = new Beginning();
  readonly #redactions: Redact[] = [];

  /** @param token The gateway key, as the client sent it. */
  constructor(token: string) {
    const redactor = redactorOf([Secret.of(token)]);
    if (redactor !== undefined) this.redactWith(redactor.text);
  }

  /** Adds what removes a further key. */
  redactWith(redact: Redact): void {
    this.#redactions.push(redact);
  }

  takeRequest(pieces: readonly Buffer[]): void {
    for (const piece of pieces) this.#request.push(piece);
  }

  /** Takes bytes that the client gets. */
  takeResponse(bytes: Uint8Array | string): void {
    this.#response.push(Buffer.from(bytes));
  }

  /**
   * Both bodies, as far as they have come.
   *
   * @param last Removes what the others leave.
   */
  bodies(last: Redact): { readonly request: LoggedBody; readonly response: LoggedBody } {
    const all = [...this.#redactions, last];
    const redact: Redact = (text) => all.reduce((clean, each) => each(clean), text);
    return { request: this.#request.logged(redact), response: this.#response.logged(redact) };
  }
}

/** A capture for a call of a key that is being debugged now; undefined for every other call. */
export function captureFor(
  { debugUntilMs }: Pick<Grant, 'debugUntilMs'>,
  token: string | undefined,
  nowMs: number,
): BodyCapture | undefined {
  const isDebugged = token !== undefined && isDebugTime(debugUntilMs, nowMs);
  return isDebugged ? new BodyCapture(token) : undefined;
}

/** The first bytes of a body. */
class Beginning {
  readonly #pieces: Buffer[] = [];
  #room = MAX_LOGGED_BYTES + MARGIN_BYTES;
  #bytes = 0;

  push(piece: Buffer): void {
    this.#bytes += piece.length;
    if (this.#room === 0) return;
    // A copy: a part of a buffer would keep the whole buffer in memory.
    const part = Buffer.from(piece.subarray(0, this.#room));
    this.#room -= part.length;
    this.#pieces.push(part);
  }

  logged(redact: Redact): LoggedBody {
    const held = Buffer.concat(this.#pieces);
    const clean = Buffer.from(redact(held.toString()));
    // A key at the end of what was held may have been cut, and was then not found.
    const end = held.length < this.#bytes ? clean.length - MARGIN_BYTES : clean.length;
    const shown = Math.max(0, Math.min(MAX_LOGGED_BYTES, end));
    const isCut = shown < clean.length || held.length < this.#bytes;
    return { text: clean.subarray(0, shown).toString(), bytes: this.#bytes, isCut };
  }
}
