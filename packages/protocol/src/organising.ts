import * as v from 'valibot';
import { SORTABLE } from './id-formats.ts';
import { plainLine } from './plain-line.ts';

/* How conversations are pinned, archived, put into folders and tagged. */

/** In UTF-16 code units. */
const MAX_LABEL_LENGTH = 64;
/** Of one request. */
const MAX_TAGS = 32;
/** In one request, which is one transaction. */
const MAX_CHANGED = 10_000;

/** The name of a folder or a tag: one line with a visible character. */
export const labelName = v.pipe(
  v.string(),
  v.maxLength(MAX_LABEL_LENGTH * 4),
  v.transform(plainLine),
  v.maxLength(MAX_LABEL_LENGTH),
  v.regex(/[\p{L}\p{N}\p{P}\p{S}]/u),
);

/**
 * A list of conversations. `main`: those that aren't pinned, archived or in a folder. A pinned conversation is in
 * the list `pinned` instead of its folder's. Archived ones are only in `archive`. A tag's list has the others with
 * this tag, pinned and in folders or not.
 */
export const ConversationPlaceSchema = v.variant('in', [
  v.strictObject({ in: v.picklist(['main', 'pinned', 'archive']) }),
  v.strictObject({ in: v.picklist(['folder', 'tag']), name: labelName }),
]);

/** Omitted fields stay unchanged. */
export const ConversationChangeSchema = v.strictObject({
  pinned: v.exactOptional(v.boolean()),
  archived: v.exactOptional(v.boolean()),
  /** Created if it doesn't exist. null: in no folder. */
  folder: v.exactOptional(v.nullable(labelName)),
  addTags: v.exactOptional(v.pipe(v.array(labelName), v.maxLength(MAX_TAGS))),
  removeTags: v.exactOptional(v.pipe(v.array(labelName), v.maxLength(MAX_TAGS))),
  /** Moves them to the trash, or restores them from there. */
  removed: v.exactOptional(v.boolean()),
});

/** Changes all of these conversations, or none. Ids that no longer exist are skipped. */
export const ConversationsPatchSchema = v.strictObject({
  ids: v.pipe(
    v.array(v.pipe(v.string(), v.regex(SORTABLE))),
    v.minLength(1),
    v.maxLength(MAX_CHANGED),
  ),
  change: ConversationChangeSchema,
});

export const FolderInputSchema = v.strictObject({ name: labelName });
export const FolderRenameSchema = v.strictObject({ name: labelName, newName: labelName });

export type ConversationPlace = v.InferOutput<typeof ConversationPlaceSchema>;
export type ConversationChange = v.InferOutput<typeof ConversationChangeSchema>;
export type ConversationsPatch = v.InferOutput<typeof ConversationsPatchSchema>;
export type FolderInput = v.InferOutput<typeof FolderInputSchema>;
export type FolderRename = v.InferOutput<typeof FolderRenameSchema>;

/** The names of all folders, and of the tags that a conversation has. Sorted. */
export interface Labels {
  readonly folders: readonly string[];
  readonly tags: readonly string[];
}
