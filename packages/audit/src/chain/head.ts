import { createHmac, timingSafeEqual } from 'node:crypto';
import { NO_RECORD } from './record-line.ts';
import { segmentName } from './segment-name.ts';

/** The end of the log at the last write. The log must contain its record. */
export interface Head {
  /** The segment of the last record, or of the first one if there is none yet. */
  readonly segment: string;
  /** The size of that segment up to the end of the last record. */
  readonly bytes: number;
  /** The last record's number; 0 before the first. */
  readonly seq: number;
  /** The last record's `mac`. */
  readonly last: string;
}

export const FIRST_HEAD: Head = { segment: segmentName(1), bytes: 0, seq: 0, last: NO_RECORD };

export const MAX_HEAD_BYTES = 1024;

const FORM =
  /^(\{"v":1,"segment":"(audit-\d{12}\.jsonl)","bytes":(\d{1,15}),"seq":(\d{1,15}),"last":"([0-9a-f]{64})"),"mac":"([0-9a-f]{64})"\}\n$/;

export function sealHead({ segment, bytes, seq, last }: Head, key: Uint8Array): Uint8Array {
  const sealed = JSON.stringify({ v: 1, segment, bytes, seq, last }).slice(0, -1);
  return Buffer.from(`${sealed},"mac":"${macOf(sealed, key).toString('hex')}"}\n`);
}

/** The head, if these bytes were sealed with the key; otherwise undefined. */
export function openHead(bytes: Uint8Array, key: Uint8Array): Head | undefined {
  const parts = FORM.exec(Buffer.from(bytes).toString('latin1'));
  if (parts === null) return undefined;
  const [, sealed = '', segment = '', size, seq, last = '', mac = ''] = parts;
  if (!timingSafeEqual(macOf(sealed, key), Buffer.from(mac, 'hex'))) return undefined;
  return { segment, bytes: Number(size), seq: Number(seq), last };
}

function macOf(sealed: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(sealed).digest();
}
