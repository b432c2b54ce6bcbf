import { findShapes, type KeyShapeName, MAX_SHAPE_LENGTH } from '@postern/vault';
import { createSecretFinder, type SecretFinder, type SecretHit } from '../masking/secret-finder.ts';
import type { Secret } from '@postern/kernel';
import type { SecretName } from '@postern/protocol';

/** The kind of a finding. Never contains any part of the value. */
export type Found =
  /** A value from the vault, in any of its masked forms. */
  | { readonly kind: 'stored'; readonly secret: SecretName }
  /** A text that looks like a key. */
  | { readonly kind: 'shape'; readonly shape: KeyShapeName };

export interface FoundAt {
  /** Counts from 1. */
  readonly line: number;
  readonly found: Found;
}

/** Scans contents, one at a time. */
export interface ContentScanner {
  /** All findings in one content, sorted by line. */
  scan(content: AsyncIterable<Uint8Array>): Promise<readonly FoundAt[]>;
}

export interface StoredValue {
  readonly name: SecretName;
  readonly value: Secret;
}

const LINE_FEED = 0x0a;

export function createContentScanner(stored: readonly StoredValue[]): ContentScanner {
  const finder = createSecretFinder(stored);
  return { scan: (content) => scanContent(content, finder) };
}

async function scanContent(
  content: AsyncIterable<Uint8Array>,
  finder: SecretFinder<SecretName>,
): Promise<readonly FoundAt[]> {
  const hits: { at: number; found: Found }[] = [];
  const take = (found: readonly SecretHit<SecretName>[]): void => {
    for (const { at, name } of found) hits.push({ at, found: { kind: 'stored', secret: name } });
  };
  const lineFeeds: number[] = [];
  let offset = 0;
  let tail = '';
  for await (const chunk of content) {
    take(finder.push(chunk));
    const text = tail + Buffer.from(chunk).toString('latin1');
    const isNew = ({ at }: { at: number }): boolean => at >= tail.length - MAX_SHAPE_LENGTH;
    for (const { at, shape } of findShapes(text).filter(isNew)) {
      hits.push({ at: offset - tail.length + at, found: { kind: 'shape', shape } });
    }
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) {
      lineFeeds.push(offset + at);
    }
    offset += chunk.length;
    tail = text.slice(-2 * MAX_SHAPE_LENGTH);
  }
  take(finder.end());
  return withLines(hits, lineFeeds);
}

/** At most one finding for each line, kind and name. */
function withLines(
  hits: readonly { readonly at: number; readonly found: Found }[],
  lineFeeds: readonly number[],
): readonly FoundAt[] {
  const rows = new Map<string, FoundAt>();
  for (const { at, found } of hits.toSorted((one, other) => one.at - other.at)) {
    const line = lineFeedsBefore(lineFeeds, at) + 1;
    const what = found.kind === 'stored' ? found.secret : found.shape;
    const key = `${line} ${found.kind} ${what}`;
    if (!rows.has(key)) rows.set(key, { line, found });
  }
  return [...rows.values()];
}

/** The number of line feeds before an offset, by binary search. */
function lineFeedsBefore(lineFeeds: readonly number[], at: number): number {
  let low = 0;
  let high = lineFeeds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lineFeeds[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
