import { randomInt } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { encodedFormsOf, type EncodedForm } from './encoded-forms.ts';
import { processPlaces } from './process-places.ts';
import { viewsOf } from './views.ts';

/** A place where a planted text was found. It doesn't contain the text. */
export interface Leak {
  /** The label of the planted text. */
  readonly label: string;
  readonly form: string;
  readonly where: string;
}

/**
 * Plants marked texts and searches for them later. A mark counts as found if either half of it
 * appears in any form: raw, hex, base64 at the three alignments, URL-, JSON- or HTML-escaped in
 * whole or in part, UTF-16, broken into lines, or within a gzip or zlib stream.
 */
export interface LeakCanary {
  /**
   * Returns a text to use as a secret or a prompt. `shape` puts the mark into the required format.
   */
  readonly plant: (label: string, shape?: (mark: string) => string) => string;
  /** Watches for a text that the product generated, such as a key, as if it had been planted. */
  readonly watch: (label: string, text: string) => void;
  /** Searches captured bytes: a log, a response, a screen. */
  readonly searchBytes: (where: string, bytes: Uint8Array | string) => void;
  /** Searches the contents, names and link targets of everything below a path. */
  readonly searchFiles: (path: string) => void;
  /** Searches what other users can currently see of a process and its descendants. */
  readonly searchProcess: (pid: number) => void;
  readonly leaks: readonly Leak[];
  /** Throws if a mark was found, or if nothing was planted or searched. */
  readonly expectNone: () => void;
}

interface Needle extends EncodedForm {
  readonly label: string;
}

const MARK_LENGTH = 24;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

export function leakCanary(): LeakCanary {
  const needles: Needle[] = [];
  const leaks: Leak[] = [];
  let searched = 0;

  const searchBytes: LeakCanary['searchBytes'] = (where, bytes) => {
    searched += 1;
    for (const leak of leaksIn(Buffer.from(bytes), needles)) {
      const isKnown = leaks.some(
        (known) => known.label === leak.label && known.form === leak.form && known.where === where,
      );
      if (!isKnown) leaks.push({ ...leak, where });
    }
  };

  const watch: LeakCanary['watch'] = (label, text) => {
    if (text.length < MARK_LENGTH) throw new TypeError(`too short to be unique: ${label}`);
    const middle = Math.floor(text.length / 2);
    for (const half of [text.slice(0, middle), text.slice(middle)]) {
      for (const form of encodedFormsOf(half)) needles.push({ label, ...form });
    }
  };

  return {
    plant: (label, shape = (mark) => mark) => {
      const mark = freshMark();
      watch(label, mark);
      return shape(mark);
    },
    watch,
    searchBytes,
    searchFiles: (path) => {
      searchBelow(path, searchBytes);
    },
    searchProcess: (pid) => {
      for (const { where, bytes } of processPlaces(pid)) searchBytes(where, bytes);
    },
    leaks,
    expectNone: () => {
      if (needles.length === 0) throw new Error('no text was planted');
      if (searched === 0) throw new Error('nothing was searched');
      if (leaks.length > 0) throw new Error(`leaked:\n${leaks.map(lineOf).join('\n')}`);
    },
  };
}

function freshMark(): string {
  return Array.from({ length: MARK_LENGTH }, () =>
    ALPHABET.charAt(randomInt(ALPHABET.length)),
  ).join('');
}

function leaksIn(bytes: Buffer, needles: readonly Needle[]): readonly Omit<Leak, 'where'>[] {
  return viewsOf(bytes).flatMap((view) =>
    needles
      .filter((needle) => view.bytes.includes(needle.bytes))
      .map(({ label, form }) => ({ label, form: `${view.name} ${form}`.trim() })),
  );
}

function searchBelow(path: string, search: LeakCanary['searchBytes']): void {
  search(`the name ${path}`, path);
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) search(`the target of ${path}`, readlinkSync(path));
  if (stats.isFile()) search(path, readFileSync(path));
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(path)) searchBelow(join(path, name), search);
}

function lineOf({ label, form, where }: Leak): string {
  return `${label}, ${form}, in ${where}`;
}
