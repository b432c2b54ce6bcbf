import type { DiskFailure } from '@postern/disk';
import type { ErrorCodeName } from '@postern/protocol';

/** Why the audit log couldn't be written or read. Carries paths and places, never contents. */
export type AuditFailure =
  | DiskFailure
  | { readonly reason: 'audit-busy' }
  | { readonly reason: 'audit-version-unknown'; readonly file: string }
  /** The anchor couldn't be read or saved. The code comes from the store that keeps it. */
  | { readonly reason: 'audit-anchor'; readonly code: ErrorCodeName }
  | { readonly reason: 'audit-damaged'; readonly broken: BrokenLink };

/** The first place where the log differs from what was written. */
export interface BrokenLink {
  readonly kind: BrokenKind;
  /** The file's name in the log's directory. */
  readonly file: string;
  /** Counts from 1; 0 for the file as a whole. */
  readonly line: number;
  /** The sequence number of the record that belongs there. */
  readonly seq: number;
}

/**
 * - `altered`: the line is not what was written there.
 * - `inserted`: a line that was not written there, before the one that was.
 * - `removed`: the record of that number is in no segment; a later one stands there.
 * - `reordered`: the record of that number stands further on.
 * - `forked`: a genuine record that continues another past, as after an old copy was put back.
 * - `truncated`: the log ends before the record that the head vouches for.
 * - `renamed`: a segment's name is not the number of its first record.
 * - `deleted`, `rolled-back`: the log has no records, or ends, before the one that the anchor vouches for.
 * - `head-missing`, `head-altered`: the head is gone, or is not what was written.
 */
export type BrokenKind = (typeof BROKEN_KINDS)[number];

export const BROKEN_KINDS = [
  'altered',
  'inserted',
  'removed',
  'reordered',
  'forked',
  'truncated',
  'renamed',
  'deleted',
  'rolled-back',
  'head-missing',
  'head-altered',
] as const;
