import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { Secret } from '@postern/kernel';
import { ReadStream } from 'node:tty';

/** The terminal of this session (tty(4)), whatever the standard streams are. */
export interface ControllingTerminal extends Disposable {
  /**
   * One line without showing it; undefined where the person gives up (Ctrl+C, Ctrl+D). Hides
   * before it asks, so that whoever answers at once is not shown either. Takes no byte behind the
   * line: what was typed ahead belongs to the command that comes next.
   */
  askHidden(question: string): Secret | undefined;
}

/** Undefined where there is none: a service, a job of cron, Windows. */
export function openControllingTerminal(): ControllingTerminal | undefined {
  const descriptor = openTerminalDevice();
  const ofStream = descriptor === undefined ? undefined : openTerminalDevice();
  if (descriptor === undefined || ofStream === undefined) return undefined;
  // Only for its mode. It makes its own descriptor one that does not wait; reading below must.
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

/** As long as a terminal lets a line be. */
const MAX_BYTES = 4096;

/**
 * The editing that a terminal does itself when it is not raw. The bytes are in one place, which is
 * overwritten; what is beyond its end is left out.
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

/** UTF-8 (RFC 3629): all but the first byte of a character begin with the bits 10. */
function withoutLastCharacter(bytes: Uint8Array, length: number): number {
  const start = bytes.subarray(0, length).findLastIndex((byte) => (byte & 0xc0) !== 0x80);
  return Math.max(0, start);
}

function nextByteOf(descriptor: number): () => number | undefined {
  const buffer = Buffer.alloc(1);
  return () => (readSync(descriptor, buffer, 0, 1, null) === 0 ? undefined : buffer[0]);
}
