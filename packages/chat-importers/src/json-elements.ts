/*
 * Splits a JSON file into the elements of its outermost list while it is read, so that a file of gigabytes needs
 * only the memory of its largest element. Each element is parsed as a whole afterwards: this code only looks for
 * where it ends, so it counts brackets and skips strings.
 */

export type JsonPiece =
  /** An element of the outermost array, or of one of the expanded arrays of the outermost object. */
  | { readonly kind: 'element'; readonly index: number; readonly bytes: Uint8Array }
  /** A member of the outermost object. `key` is the JSON of the string, with its quotes. */
  | { readonly kind: 'member'; readonly key: string; readonly bytes: Uint8Array }
  /** It was larger than the limit, and was skipped. `index` is undefined for a member. */
  | { readonly kind: 'too-large'; readonly index: number | undefined };

/** `cut-off`: the file ended too early. `malformed`: it isn't JSON, or not an array or object. */
export type JsonEnd = 'complete' | 'cut-off' | 'malformed';

export interface JsonElementsOptions {
  /** Arrays of the outermost object whose elements are wanted one by one. */
  readonly expanded: ReadonlySet<string>;
  /** The limit of one element or member in bytes. */
  readonly maxBytes: number;
  /** Called for each piece in the order of the file. The bytes are valid during the call. */
  readonly onPiece: (piece: JsonPiece) => void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const MAX_KEY_BYTES = 1024;

/** Where in the outermost structure the reader is. */
type State =
  | 'start'
  /** Before an element, or at the end of the array. */
  | 'element'
  | 'after-element'
  | 'key'
  | 'in-key'
  | 'colon'
  | 'member'
  | 'after-member'
  | 'in-value'
  | 'complete'
  | 'malformed';

export class JsonElements {
  readonly #options: JsonElementsOptions;
  #state: State = 'start';
  #skipMark = 0;
  /** Whether the outermost value is an object. */
  #isObject = false;
  /** Whether the elements belong to an expanded array of the outermost object. */
  #isExpanded = false;
  #index = 0;
  #key = '';
  /** Of the value that is being read. */
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(options: JsonElementsOptions) {
    this.#options = options;
  }

  /** Reads the next bytes, split anywhere. Ignores everything after an error. */
  push(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#state !== 'malformed') {
      if (this.#state === 'in-value') at = this.#readValue(chunk, at);
      else if (this.#state === 'in-key') at = this.#readKey(chunk, at);
      else {
        this.#step(chunk[at] ?? 0);
        // The first byte of a value or key belongs to it.
        if (!this.#isAtValue()) at += 1;
      }
    }
  }

  end(): JsonEnd {
    if (this.#state === 'complete' || this.#state === 'malformed') return this.#state;
    // A file without any JSON isn't a part of one.
    return this.#state === 'start' ? 'malformed' : 'cut-off';
  }

  #isAtValue(): boolean {
    return this.#state === 'in-value' || this.#state === 'in-key';
  }

  /** One byte between the values. */
  #step(byte: number): void {
    if (this.#state === 'start' && byte === BYTE_ORDER_MARK[this.#skipMark]) this.#skipMark += 1;
    else if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return;
    else this.#state = this.#next(byte);
  }

  #next(byte: number): State {
    switch (this.#state) {
      case 'start':
        return this.#begin(byte);
      case 'element':
        return this.#beginElement(byte);
      case 'after-element':
        return byte === CLOSE_ARRAY ? this.#endArray() : expect(byte, COMMA, 'element');
      case 'key':
        return byte === QUOTE ? this.#beginKey() : expect(byte, CLOSE_OBJECT, 'complete');
      case 'colon':
        return expect(byte, COLON, 'member');
      case 'member':
        return this.#beginMember(byte);
      case 'after-member':
        return byte === COMMA ? 'key' : expect(byte, CLOSE_OBJECT, 'complete');
      default:
        // Something follows the end of the outermost value.
        return 'malformed';
    }
  }

  #begin(byte: number): State {
    this.#isObject = byte === OPEN_OBJECT;
    return this.#isObject ? 'key' : expect(byte, OPEN_ARRAY, 'element');
  }

  #beginElement(byte: number): State {
    // No element, or a comma before the bracket.
    if (byte === CLOSE_ARRAY && this.#index === 0) return this.#endArray();
    return this.#beginValue(byte);
  }

  #beginMember(byte: number): State {
    const isExpanded = byte === OPEN_ARRAY && this.#options.expanded.has(this.#key);
    return isExpanded ? this.#beginExpanded() : this.#beginValue(byte);
  }

  #beginExpanded(): State {
    this.#isExpanded = true;
    this.#index = 0;
    return 'element';
  }

  #endArray(): State {
    if (!this.#isExpanded) return 'complete';
    this.#isExpanded = false;
    return 'after-member';
  }

  #beginKey(): State {
    this.#clear();
    return 'in-key';
  }

  #beginValue(byte: number): State {
    if (byte === COMMA || byte === COLON || byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      return 'malformed';
    }
    this.#clear();
    return 'in-value';
  }

  #clear(): void {
    this.#depth = 0;
    this.#isInString = false;
    this.#isEscaped = false;
    this.#kept = [];
    this.#keptBytes = 0;
  }

  /** Reads a key to its closing quote. Returns where to go on. */
  #readKey(chunk: Uint8Array, from: number): number {
    const end = this.#endOfValue(chunk, from);
    this.#keep(chunk.subarray(from, end.at), MAX_KEY_BYTES);
    if (this.#keptBytes > MAX_KEY_BYTES) this.#state = 'malformed';
    else if (end.isDone) {
      this.#key = Buffer.concat(this.#kept).toString('utf8').slice(1, -1);
      this.#clear();
      this.#state = 'colon';
    }
    return end.at;
  }

  #readValue(chunk: Uint8Array, from: number): number {
    const { maxBytes } = this.#options;
    const end = this.#endOfValue(chunk, from);
    this.#keep(chunk.subarray(from, end.at), maxBytes);
    if (!end.isDone) return end.at;
    const isElement = !this.#isObject || this.#isExpanded;
    const index = isElement ? this.#index : undefined;
    const isTooLarge = this.#keptBytes > maxBytes;
    const bytes = Buffer.concat(this.#kept);
    this.#clear();
    this.#state = isElement ? 'after-element' : 'after-member';
    if (isElement) this.#index += 1;
    if (isTooLarge) this.#options.onPiece({ kind: 'too-large', index });
    else if (index !== undefined) this.#options.onPiece({ kind: 'element', index, bytes });
    else this.#options.onPiece({ kind: 'member', key: this.#key, bytes });
    return end.at;
  }

  /** Keeps a copy, but not of more than the limit. */
  #keep(bytes: Uint8Array, maxBytes: number): void {
    this.#keptBytes += bytes.length;
    if (this.#keptBytes > maxBytes) this.#kept = [];
    else this.#kept.push(Uint8Array.from(bytes));
  }

  /** Where the value ends in the chunk, or the end of the chunk. */
  #endOfValue(chunk: Uint8Array, from: number): End {
    for (let at = from; at < chunk.length; at += 1) {
      if (this.#isInString) {
        const string = this.#endOfString(chunk, at);
        at = string.at;
        if (string.isDone && this.#depth === 0) return { at: at + 1, isDone: true };
      } else {
        const after = this.#readStructure(chunk[at] ?? 0);
        if (after !== undefined) return { at: at + after, isDone: true };
      }
    }
    return { at: chunk.length, isDone: false };
  }

  /** If the value ends here: whether the byte belongs to it (1) or is after it (0). */
  #readStructure(byte: number): 0 | 1 | undefined {
    if (byte === QUOTE) this.#isInString = true;
    else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) this.#depth += 1;
    else if (this.#depth === 0) {
      // A number or a word ends before the comma or bracket after it.
      if (byte === COMMA || isClosing(byte)) return 0;
    } else if (isClosing(byte)) {
      this.#depth -= 1;
      if (this.#depth === 0) return 1;
    }
    return undefined;
  }

  /** The place of the closing quote, or the end of the chunk. */
  #endOfString(chunk: Uint8Array, from: number): End {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === BACKSLASH) this.#isEscaped = true;
      else if (byte === QUOTE) {
        this.#isInString = false;
        return { at, isDone: true };
      }
    }
    return { at: chunk.length, isDone: false };
  }
}

interface End {
  readonly at: number;
  readonly isDone: boolean;
}

function isClosing(byte: number): boolean {
  return byte === CLOSE_ARRAY || byte === CLOSE_OBJECT;
}

function expect(byte: number, expected: number, next: State): State {
  return byte === expected ? next : 'malformed';
}
