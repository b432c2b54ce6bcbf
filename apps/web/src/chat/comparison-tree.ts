import { MAX_COMPARED_MODELS, type Message, type MessageId } from '@postern/protocol';
import type { Chat } from './chat.ts';
import type { Choices, MessageTree, PathStep } from './tree.ts';

/**
 * The answers at the end of the visible path that are shown side by side: those of the newest comparison, until one is
 * chosen. Of each column, the newest one.
 */
export function openComparison(
  tree: MessageTree,
  choices: Choices,
  path: readonly PathStep[],
): readonly Message[] | undefined {
  const last = path.at(-1)?.message;
  return last?.comparison === undefined ? undefined : comparisonUnder(tree, choices, last.parentId);
}

/** Whether an answer is shown in a column of its own. */
export function isColumn(
  { tree, choices }: Pick<Chat, 'tree' | 'choices'>,
  answer: Message,
): boolean {
  if (answer.comparison === undefined) return false;
  const shown = comparisonUnder(tree, choices, answer.parentId) ?? [];
  return shown.some(({ id }) => id === answer.id);
}

function comparisonUnder(
  tree: MessageTree,
  choices: Choices,
  parentId: MessageId | null,
): readonly Message[] | undefined {
  const siblings = tree.children.get(parentId) ?? [];
  const chosen = choices.get(parentId);
  if (siblings.some(({ id }) => id === chosen)) return undefined;
  const columns = columnsOf(siblings);
  // The conversation went on after one of them.
  if (columns.some(({ id }) => (tree.children.get(id) ?? []).length > 0)) return undefined;
  return columns.length < 2 ? undefined : columns;
}

/** The answers of the newest comparison among siblings, one for each column; none if the newest sibling isn’t in one. */
export function columnsOf(siblings: readonly Message[]): readonly Message[] {
  const newest = siblings.at(-1)?.comparison?.id;
  if (newest === undefined) return [];
  const byColumn = new Map<number, Message>();
  for (const sibling of siblings) {
    const { comparison } = sibling;
    if (comparison?.id === newest) byColumn.set(comparison.column, sibling);
  }
  return [...byColumn]
    .sort(([a], [b]) => a - b)
    .slice(0, MAX_COMPARED_MODELS)
    .map(([, answer]) => answer);
}
