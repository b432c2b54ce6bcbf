/** A part of another gateway's configuration that doesn't become the same thing in Postern. */
export interface ImportNote {
  /** Where it is: `model_list[3].litellm_params.timeout`. The file's own text, so print it with care. */
  readonly path: string;
  readonly kind: NoteKind;
  /** A sentence that contains nothing of the file. */
  readonly message: string;
}

export type NoteKind =
  /** Postern does this anyway. */
  | 'not-needed'
  /** It was taken over, with another meaning. */
  | 'changed'
  /** It was not taken over. */
  | 'not-mapped';

/** Notes what becomes of a part of the file. */
export type TellNote = (path: string, kind: NoteKind, message: string) => void;
