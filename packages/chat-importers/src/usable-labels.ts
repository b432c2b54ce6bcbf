import { ConversationChangeSchema } from '@postern/protocol';
import * as v from 'valibot';
import type { NoteCounts } from './note-counts.ts';

/** As many as a conversation can have. */
const MAX_TAGS = 32;

export interface FoundLabels {
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
  /** The name of its folder. */
  readonly folder?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

interface UsableLabels {
  readonly pinned?: true;
  readonly archived?: true;
  readonly folder?: string;
  readonly tags?: readonly string[];
}

/** Leaves out names that a folder or tag can't have. */
export function usableLabels(
  { pinned, archived, folder, tags = [] }: FoundLabels,
  notes: NoteCounts,
): UsableLabels {
  const names = tags.flatMap((tag) => usableName(tag) ?? []).slice(0, MAX_TAGS);
  const name = folder === undefined ? undefined : usableName(folder);
  notes.add('label-left-out', tags.length - names.length);
  if (folder !== undefined && name === undefined) notes.add('label-left-out');
  return {
    ...(pinned === true ? { pinned } : {}),
    ...(archived === true ? { archived } : {}),
    ...(name === undefined ? {} : { folder: name }),
    ...(names.length === 0 ? {} : { tags: names }),
  };
}

function usableName(folder: string): string | undefined {
  const parsed = v.safeParse(ConversationChangeSchema, { folder });
  return parsed.success ? (parsed.output.folder ?? undefined) : undefined;
}
