import type { JsonObject } from '@postern/kernel';
import type { TerminalEvent } from '../dialect.ts';
import { textOf } from '../json/read-json.ts';

const EVENT = 'event:';

/** Notices the terminal event of a stream that is read line by line. */
export class TerminalEventReader {
  readonly #types: readonly string[];
  readonly #data: string | undefined;
  readonly #marks: readonly string[];
  #isNamed = false;
  #hasCome = false;

  constructor(terminal: TerminalEvent) {
    this.#types = 'types' in terminal ? terminal.types : [];
    this.#data = 'data' in terminal ? terminal.data : undefined;
    this.#marks = 'types' in terminal ? terminal.types : [terminal.data];
  }

  get hasCome(): boolean {
    return this.#hasCome;
  }

  /** Whether the event whose lines are being read has the name of the terminal event. */
  get isNamed(): boolean {
    return this.#isNamed;
  }

  /** Whether the text could contain the terminal event. Lines of other texts needn't be given. */
  isMentionedIn(text: string): boolean {
    return this.#marks.some((mark) => text.includes(mark));
  }

  /** Takes a line other than `data:`. */
  takeField(line: string): void {
    if (line.trimEnd() === '') this.#isNamed = false;
    else if (line.startsWith(EVENT)) {
      this.#isNamed = this.#types.includes(line.slice(EVENT.length).trim());
    }
  }

  /** Takes the data of an event, and the object in it if it is one. */
  takeData(data: string, event: JsonObject | undefined): void {
    if (data.trim() === this.#data) this.#hasCome = true;
    if (event === undefined) return;
    const type = textOf(event['type']);
    if (type === undefined ? this.#isNamed : this.#types.includes(type)) this.#hasCome = true;
  }

  /** Takes note of a complete `data:` line that was too long to keep; only its event's name is known. */
  takeLongData(): void {
    if (this.#isNamed) this.#hasCome = true;
  }
}
