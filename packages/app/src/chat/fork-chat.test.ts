import { expect, test } from 'vitest';
import { forkTitle } from './fork-chat.ts';

test.each([
  ['A chat', 'A chat (fork)'],
  ['A chat (fork)', 'A chat (fork 2)'],
  ['A chat (fork 9)', 'A chat (fork 10)'],
  ['two\nlines', 'two\nlines (fork)'],
  ['', ' (fork)'],
  ['x'.repeat(200), `${'x'.repeat(193)} (fork)`],
])('the fork of %j is named %j', (title, expected) => {
  expect(forkTitle(title)).toBe(expected);
});
