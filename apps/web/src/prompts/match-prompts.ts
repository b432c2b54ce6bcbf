import type { Prompt } from '@postern/protocol';

/**
 * The prompts whose names contain every word of the query: first those that begin with it, then those with a word
 * that begins with it.
 */
export function matchPrompts(prompts: readonly Prompt[], query: string): readonly Prompt[] {
  const sought = keyOf(query.trim());
  if (sought === '') return prompts;
  const words = sought.split(/\s+/);
  return prompts
    .map((prompt) => ({ prompt, name: keyOf(prompt.name) }))
    .filter(({ name }) => words.every((word) => name.includes(word)))
    .map(({ prompt, name }) => ({ prompt, rank: rankOf(name, sought) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ prompt }) => prompt);
}

function rankOf(name: string, sought: string): number {
  if (name.startsWith(sought)) return 0;
  return name.includes(` ${sought}`) ? 1 : 2;
}

function keyOf(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** What follows `/` in a message that may be a command; undefined if it isn't one. */
export function commandIn(text: string): string | undefined {
  return text.startsWith('/') && text.length <= 80 && !text.includes('\n')
    ? text.slice(1)
    : undefined;
}
