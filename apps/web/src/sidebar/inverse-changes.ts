import {
  labelKey,
  type Conversation,
  type ConversationChange,
  type ConversationId,
} from '@postern/protocol';

export interface ChangeOfChats {
  readonly ids: readonly ConversationId[];
  readonly change: ConversationChange;
}

/** The changes that make chats again what they were, one for all chats that need the same. */
export function inverseChanges(
  before: readonly Conversation[],
  after: readonly Conversation[],
): readonly ChangeOfChats[] {
  const groups = new Map<string, { ids: ConversationId[]; change: ConversationChange }>();
  for (const now of after) {
    const was = before.find(({ id }) => id === now.id);
    const change = was === undefined ? {} : changeBetween(now, was);
    if (Object.keys(change).length === 0) continue;
    const key = JSON.stringify(change);
    const group = groups.get(key) ?? { ids: [], change };
    group.ids.push(now.id);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** What makes the first chat like the second, as far as it can be organised. */
function changeBetween(from: Conversation, to: Conversation): ConversationChange {
  const removeTags = missingIn(to.tags, from.tags);
  const addTags = missingIn(from.tags, to.tags);
  return {
    ...(isTrue(from.pinned) === isTrue(to.pinned) ? {} : { pinned: isTrue(to.pinned) }),
    ...(isTrue(from.archived) === isTrue(to.archived) ? {} : { archived: isTrue(to.archived) }),
    ...(from.folder === to.folder ? {} : { folder: to.folder ?? null }),
    ...(removeTags.length === 0 ? {} : { removeTags }),
    ...(addTags.length === 0 ? {} : { addTags }),
  };
}

function isTrue(flag: boolean | undefined): boolean {
  return flag === true;
}

/** The names that the first list lacks. */
function missingIn(known: readonly string[] = [], names: readonly string[] = []): string[] {
  const keys = new Set(known.map(labelKey));
  return names.filter((name) => !keys.has(labelKey(name)));
}
