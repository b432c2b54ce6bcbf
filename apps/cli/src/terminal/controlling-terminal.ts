import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { Secret } from '@postern/kernel';
import { ReadStream } from 'node:tty';

/** The controlling terminal of this session (tty(4)), independent of the standard streams. */
export interface ControllingTerminal extends Disposable {
  /**
   * Reads one line without echo. Returns undefined if the user cancels (Ctrl+C, Ctrl+D). Turns the
   * echo off before the prompt appears, so that an immediate answer isn't shown. Reads no byte
   * after the line: text typed ahead belongs to the next command.
   */
  askHidden(question: string): Secret | undefined;
}

/** Returns undefined if there is no terminal: in a service, a cron job or on Windows. */
export function openControllingTerminal(): ControllingTerminal | undefined {
  const descriptor = openTerminalDevice();
  const ofStream = descriptor === undefined ? undefined : openTerminalDevice();
  if (descriptor === undefined || ofStream === undefined) return undefined;
  // Used only to set the terminal's mode. It switches its own descriptor to non-blocking, but
  // reading needs a blocking one.
  const mode = new ReadStream(ofStream);
  return {
    askHidden: (question) => {
      mode.setRawMode(true);
      try {
        writeSync(descriptor, question);
        return readLine(nextByteOf(descriptor));
      } finally {
        mode.setRawMode(false);
        writeSync(descriptor, '\n');
      }
    },
    [Symbol.dispose]: () => {
      mode.destroy();
      closeSync(descriptor);
    },
  };
}

function openTerminalDevice(): number | undefined {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    return undefined;
  }
}

const KEYS = { ctrlC: 3, ctrlD: 4, backspace: 8, lineFeed: 10, enter: 13, ctrlU: 21, delete: 127 };

/** The terminal's own limit for the length of a line. */
const MAX_BYTES = 4096;

/**
 * Implements the line editing that a terminal does when it isn't raw. The bytes stay in one buffer,
 * which is overwritten; bytes beyond its end are dropped.
 */
export function readLine(nextByte: () => number | undefined): Secret | undefined {
  const bytes = Buffer.alloc(MAX_BYTES);
  let length = 0;
  try {
    for (;;) {
      const byte = nextByte();
      switch (byte) {
        case undefined:
        case KEYS.ctrlC:
          return undefined;
        case KEYS.ctrlD:
          if (length === 0) return undefined;
          break;
        case KEYS.enter:
        case KEYS.lineFeed:
          return Secret.ofBytes(bytes.subarray(0, length));
        case KEYS.backspace:
        case KEYS.delete:
          length = withoutLastCharacter(bytes, length);
          break;
        case KEYS.ctrlU:
          length = 0;
          break;
        default:
          length = append(bytes, length, byte);
      }
    }
  } finally {
    bytes.fill(0);
  }
}

function append(bytes: Buffer, length: number, byte: number): number {
  return length === bytes.length ? length : bytes.writeUInt8(byte, length);
}

/** UTF-8 (RFC 3629): continuation bytes start with the bits 10. */
function withoutLastCharacter(bytes: Uint8Array, length: number): number {
  const start = bytes.subarray(0, length).findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, start);
}

function nextByteOf(descriptor: number): () => number | undefined {
  const buffer = Buffer.alloc(1);
  return () => (readSync(descriptor, buffer, 0, 1, null) === 0 ? undefined : buffer[0]);
}
