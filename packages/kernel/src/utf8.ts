interface Utf8Platform {
  TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
  TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes?: Uint8Array, options?: { stream: boolean }): string };
}

// The kernel is compiled with only the types of ECMAScript, but all supported runtimes have these two
// (Encoding Standard, encoding.spec.whatwg.org).
// eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion -- the one place where the platform's encoder is typed
const platform = globalThis as unknown as Utf8Platform;

const encoder = new platform.TextEncoder();

export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** Decodes UTF-8 and keeps a byte order mark; undefined if the bytes are malformed. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new platform.TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export interface Utf8StreamDecoder {
  /** The characters completed by this chunk; malformed sequences become U+FFFD. */
  push(chunk: Uint8Array): string;
  /** The incomplete rest as U+FFFD, or the empty string. */
  end(): string;
}

/** Decodes UTF-8 that arrives in chunks split anywhere, even inside a character. */
export function utf8StreamDecoder(): Utf8StreamDecoder {
  const decoder = new platform.TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  return {
    push: (chunk) => decoder.decode(chunk, { stream: true }),
    end: () => decoder.decode(),
  };
}
