import type { Attachment } from '@postern/protocol';
import type { ChatPlace } from '../../state/private-chats.ts';
import { createStore, useSelected } from '../../state/store.ts';

/** A file of an unsent message. Its key stays the same while it is sent to Postern. */
export type DraftFile =
  | { readonly at: 'stored'; readonly key: string; readonly attachment: Attachment }
  | {
      readonly at: 'sending';
      readonly key: string;
      readonly file: File;
      /** In bytes; all of them while Postern stores it. */
      readonly sent: number;
    }
  | {
      readonly at: 'failed';
      readonly key: string;
      readonly file: File;
      readonly message: string;
      readonly remedy: string | undefined;
      /** Whether the same file may succeed later. */
      readonly canRetry: boolean;
    };

const NONE: readonly DraftFile[] = [];

/** The files of every unsent message, in the order in which they were added. */
export const draftFiles = createStore<ReadonlyMap<ChatPlace, readonly DraftFile[]>>(new Map());

export function filesOf(place: ChatPlace): readonly DraftFile[] {
  return draftFiles.get().get(place) ?? NONE;
}

export function useDraftFiles(place: ChatPlace): readonly DraftFile[] {
  return useSelected(draftFiles, (all) => all.get(place) ?? NONE);
}

/** The files that Postern has. */
export function storedIn(files: readonly DraftFile[]): readonly Attachment[] {
  return files.flatMap((file) => (file.at === 'stored' ? [file.attachment] : []));
}

/** The files after the stored ones were changed elsewhere. Files that this page is adding stay, at the end. */
export function withStored(
  files: readonly DraftFile[],
  stored: readonly Attachment[] = [],
): readonly DraftFile[] {
  const known = new Map(
    files.flatMap((file) => (file.at === 'stored' ? [[file.attachment.id, file]] : [])),
  );
  return [
    ...stored.map(
      (attachment): DraftFile =>
        known.get(attachment.id) ?? { at: 'stored', key: attachment.id, attachment },
    ),
    ...files.filter(({ at }) => at !== 'stored'),
  ];
}
