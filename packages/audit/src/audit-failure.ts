import type { DiskFailure } from '@postern/disk';
import type { ErrorCodeName } from '@postern/protocol';

/** Why the audit log couldn't be written or read. Contains paths and positions, but never contents. */
export type AuditFailure =
  | DiskFailure
  | { readonly reason: 'audit-busy' }
  | { readonly reason: 'audit-version-unknown'; readonly file: string }
  /** The anchor couldn't be read or saved. The code comes from the store that keeps it. */
  | { readonly reason: 'audit-anchor'; readonly code: ErrorCodeName }
  | { readonly reason: 'audit-damaged'; readonly broken: BrokenLink };

/** The first line or file of the log that was changed. */
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
 * - `altered`: the line was changed.
 * - `inserted`: a line was added before the record.
 * - `removed`: the record is missing, and a later one is in its place.
 * - `reordered`: the record is at a later position.
 * - `forked`: the record is genuine, but follows a different record, for example after an old copy was restored.
 * - `truncated`: the log ends before the record in the head.
 * - `renamed`: the segment's name isn't the number of its first record.
 * - `deleted`: the log has no records, but the anchor has one.
 * - `rolled-back`: the log ends before the record in the anchor.
 * - `head-missing`, `head-altered`: the head was removed or changed.
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
