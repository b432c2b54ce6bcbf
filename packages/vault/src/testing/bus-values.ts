/**
 * Writes D-Bus values, little-endian, each aligned. Supports only the types that the Secret Service
 * needs. Source: D-Bus Specification 0.43, "Marshaling".
 */
export class BusWriter {
  #bytes = Buffer.alloc(512);
  #length = 0;

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
    return this;
  }

  uint32(value: number): this {
    this.align(4);
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
    return this;
  }

  /** A string or an object path: its length, its bytes, NUL. */
  text(value: string): this {
    return this.bytes(Buffer.from(value)).byte(0);
  }

  /** An array of bytes. */
  bytes(value: Uint8Array): this {
    this.uint32(value.length);
    return this.#append(value);
  }

  /** A signature, whose length is one byte long. */
  signature(value: string): this {
    this.byte(value.length);
    return this.#append(Buffer.from(value)).byte(0);
  }

  /** An array. `fill` writes and aligns its elements. */
  array(alignment: number, fill: () => void): this {
    this.uint32(0);
    const lengthAt = this.#length - 4;
    this.align(alignment);
    const start = this.#length;
    fill();
    this.#bytes.writeUInt32LE(this.#length - start, lengthAt);
    return this;
  }

  align(to: number): this {
    const aligned = alignedTo(this.#length, to);
    this.#reserve(aligned - this.#length);
    this.#bytes.fill(0, this.#length, aligned);
    this.#length = aligned;
    return this;
  }

  written(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #append(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.alloc(2 * (this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/**
 * Reads D-Bus values from untrusted bytes. After the end of the bytes it returns zeros and empty
 * strings, and `isSound` becomes false.
 */
export class BusReader {
  readonly #bytes: Buffer;
  #at: number;
  #isSound = true;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Whether everything so far was within the bytes. */
  get isSound(): boolean {
    return this.#isSound;
  }

  byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  uint32(): number {
    this.align(4);
    const taken = this.#take(4);
    return taken.length === 4 ? taken.readUInt32LE() : 0;
  }

  text(): string {
    const value = this.bytes();
    this.byte();
    return value.toString('utf8');
  }

  bytes(): Buffer {
    return this.#take(this.uint32());
  }

  signature(): string {
    const value = this.#take(this.byte());
    this.byte();
    return value.toString('latin1');
  }

  array<T>(alignment: number, readOne: () => T): T[] {
    const length = this.uint32();
    this.align(alignment);
    const end = this.#at + length;
    const values: T[] = [];
    while (this.#isSound && this.#at < end) values.push(readOne());
    if (this.#at !== end) this.#isSound = false;
    return values;
  }

  align(to: number): void {
    this.#take(alignedTo(this.#at, to) - this.#at);
  }

  #take(count: number): Buffer {
    if (this.#at + count > this.#bytes.length) this.#isSound = false;
    if (!this.#isSound) return Buffer.alloc(0);
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return taken;
  }
}

export function alignedTo(length: number, alignment: number): number {
  return Math.ceil(length / alignment) * alignment;
}
