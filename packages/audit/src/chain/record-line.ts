import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AuditRecord } from '@postern/protocol';

/** The `prev` of the first record. */
export const NO_RECORD = '0'.repeat(64);

/** The maximum length of a line in bytes, including its line feed. */
export const MAX_LINE_BYTES = 16_384;

export type UnsealedRecord = Omit<AuditRecord, 'mac'>;

export interface SealedLine {
  /** With the line feed. */
  readonly bytes: Uint8Array;
  readonly mac: string;
}

/** The position of a genuine line in the chain. */
export interface LineLink {
  readonly seq: number;
  readonly prev: string;
  readonly mac: string;
}

const HEAD = /^\{"v":1,"seq":([1-9]\d{0,15}),"/;
const TAIL = /,"prev":"([0-9a-f]{64})","mac":"([0-9a-f]{64})"\}$/;
const MAC_MEMBER_BYTES = ',"mac":""}'.length + 64;

/** The line of a record: its JSON without `mac`, followed by the MAC of these bytes. */
export function sealLine(record: UnsealedRecord, key: Uint8Array): SealedLine {
  const { v, seq, time, actor, action, subject, program, outcome, reason, count, change, prev } =
    record;
  const what = { action, subject, program, outcome, reason, count, change };
  const inOrder = { v, seq, time, actor, ...what, prev };
  const sealed = JSON.stringify(inOrder).slice(0, -1);
  const mac = macOf(Buffer.from(sealed), key).toString('hex');
  return { bytes: Buffer.from(`${sealed},"mac":"${mac}"}\n`), mac };
}

/** The link of a line without its line feed; undefined if the line wasn't sealed under the key. */
export function openLine(line: Uint8Array, key: Uint8Array): LineLink | undefined {
  const text = Buffer.from(line).toString('latin1');
  const [, digits] = HEAD.exec(text) ?? [];
  const [, prev, mac] = TAIL.exec(text) ?? [];
  if (digits === undefined || prev === undefined || mac === undefined) return undefined;
  const expected = macOf(line.subarray(0, line.length - MAC_MEMBER_BYTES), key);
  return timingSafeEqual(expected, Buffer.from(mac, 'hex'))
    ? { seq: Number(digits), prev, mac }
    : undefined;
}

function macOf(bytes: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(bytes).digest();
}
