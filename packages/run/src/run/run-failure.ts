import type { DiskFailure } from '@postern/disk';

/** Why a command was not started, or a template not filled in. Never carries a value. */
export type RunFailure =
  | DiskFailure
  /** `at` is `--secret` or the file; `line` counts from 1, 0 for an option. */
  | {
      readonly reason: 'reference-invalid';
      readonly at: string;
      readonly line: number;
      readonly problem: ReferenceProblem;
    }
  /** What is referred to and not in the vault, as `name/field`. */
  | { readonly reason: 'references-missing'; readonly missing: readonly string[] }
  | { readonly reason: 'stdin-takes-one'; readonly count: number }
  | { readonly reason: 'command-not-found'; readonly command: string }
  | { readonly reason: 'command-not-executable'; readonly command: string }
  /** There is no file system in memory to put a private file on. */
  | { readonly reason: 'memory-file-unavailable' };

export type ReferenceProblem =
  /** Neither `NAME=…`, a comment nor an empty line. */
  | 'no-assignment'
  /** The name is not letters, digits and underscores, or begins with a digit. */
  | 'variable-name'
  /** A quotation mark that is not closed, or something after the closing one. */
  | 'quotes'
  /** NUL or another control character. */
  | 'control-character'
  /** `postern://` inside a longer value: only a whole value is resolved. */
  | 'embedded-reference'
  /** Not of the form `postern://name` or `postern://name/field`. */
  | 'reference-form'
  /** The option takes a reference, not a value. */
  | 'not-a-reference'
  /** The same name twice in one file. */
  | 'duplicate'
  /** `{{` without `}}`. */
  | 'unclosed';
