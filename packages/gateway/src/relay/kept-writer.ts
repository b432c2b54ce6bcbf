import { isEventStreamHead } from '../headers/answer-headers.ts';
import { withWarnings, type Warning } from '../headers/warnings-header.ts';
import type { ClaimedCall } from '../idempotency/claimed-call.ts';
import { recordedFields } from '../idempotency/recorded-response.ts';
import type { ClientHead } from './answer-pipe.ts';
import type { AnswerWriter, ClientWriter, Source } from './client-writer.ts';

const TOO_LONG: Warning = {
  kind: 'dropped',
  path: 'idempotency-key',
  message: 'the answer is too long to be recorded, so a repetition of the request runs again',
};

/**
 * Collects an answer, and sends it when it is complete and recorded. An answer that is too long is sent as it comes,
 * and a failure at once; both aren't recorded.
 */
export class KeptWriter implements AnswerWriter {
  readonly #client: ClientWriter;
  readonly #call: ClaimedCall;
  readonly #onGivenUp: () => void;
  #head: ClientHead | undefined;
  #chunks: Buffer[] = [];
  #isPassing = false;

  /** @param onGivenUp Called when the answer turns out not to be recordable. */
  constructor(client: ClientWriter, call: ClaimedCall, onGivenUp: () => void) {
    this.#client = client;
    this.#call = call;
    this.#onGivenUp = onGivenUp;
  }

  get hasBegun(): boolean {
    return this.#head !== undefined || this.#client.hasBegun;
  }

  get isBlocked(): boolean {
    return this.#client.isBlocked;
  }

  begin(head: ClientHead): void {
    this.#head = head;
    if (isEventStreamHead(head.fields)) this.#pass([]);
  }

  write(out: Buffer | string, source: Source | undefined): void {
    if (this.#isPassing) {
      this.#client.write(out, source);
      return;
    }
    const chunk = Buffer.from(out);
    this.#chunks.push(chunk);
    if (!this.#call.take(chunk.length)) this.#pass([TOO_LONG], source);
  }

  /** The end comes with `end`, when the upstream's response has ended. */
  endWith(out: Buffer): void {
    this.write(out, undefined);
  }

  end(): void {
    const head = this.#head;
    if (this.#isPassing || head === undefined) {
      this.#client.end();
      return;
    }
    const send = (): void => {
      this.#send(head);
      this.#client.end();
    };
    const { status, fields } = head;
    if (status >= 200 && status < 300) {
      const body = Buffer.concat(this.#chunks);
      this.#call.record({ status, fields: recordedFields(fields), body }, send);
    } else {
      // A repetition of a failed request runs, and costs nothing if it fails again.
      this.#call.giveUp();
      send();
    }
  }

  sendError(...error: Parameters<AnswerWriter['sendError']>): void {
    this.#call.giveUp();
    this.#client.sendError(...error);
  }

  fail(...failure: Parameters<AnswerWriter['fail']>): number | undefined {
    this.#call.giveUp();
    return this.#client.fail(...failure);
  }

  close(): void {
    this.#client.close();
  }

  /** Sends what was collected, and from then on everything as it comes. */
  #pass(warnings: readonly Warning[], source?: Source): void {
    this.#call.giveUp();
    if (this.#head !== undefined) {
      this.#send({ ...this.#head, fields: withWarnings(this.#head.fields, warnings) }, source);
    }
    this.#onGivenUp();
  }

  #send(head: ClientHead, source?: Source): void {
    this.#isPassing = true;
    const chunks = this.#chunks;
    this.#chunks = [];
    if (this.#client.isGone) return;
    this.#client.begin(head);
    if (chunks.length > 0) this.#client.write(Buffer.concat(chunks), source);
  }
}
