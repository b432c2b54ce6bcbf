import type { DiskFailure } from '@postern/disk';

/** Why a command wasn't started or a template wasn't filled in. Never contains a value. */
export type RunFailure =
  | DiskFailure
  /** `at` is `--secret` or a file. `line` counts from 1, and is 0 for an option. */
  | {
      readonly reason: 'reference-invalid';
      readonly at: string;
      readonly line: number;
      readonly problem: ReferenceProblem;
    }
  /** References to missing secrets, as `name/field`. */
  | { readonly reason: 'references-missing'; readonly missing: readonly string[] }
  | { readonly reason: 'stdin-takes-one'; readonly count: number }
  | { readonly reason: 'command-not-found'; readonly command: string }
  | { readonly reason: 'command-not-executable'; readonly command: string }
  /** There is no file system in memory for a private file. */
  | { readonly reason: 'memory-file-unavailable' };

export type ReferenceProblem =
  /** Neither `NAME=…`, a comment nor an empty line. */
  | 'no-assignment'
  /** The name has other characters than letters, digits and underscores, or begins with a digit. */
  | 'variable-name'
  /** An unclosed quotation mark, or text after the closing one. */
  | 'quotes'
  /** NUL or another control character. */
  | 'control-character'
  /** `postern://` inside a longer value. */
  | 'embedded-reference'
  /** Not of the form `postern://name` or `postern://name/field`. */
  | 'reference-form'
  /** A value in an option that accepts only references. */
  | 'not-a-reference'
  /** The same name twice in one file. */
  | 'duplicate'
  /** `{{` without `}}`. */
  | 'unclosed';
