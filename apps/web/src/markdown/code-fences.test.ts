import { describe, expect, it } from 'vitest';
import { splitAtFences, type TypedPart } from './code-fences.ts';

const text = (value: string): TypedPart => ({ kind: 'text', text: value });
const code = (value: string, language = ''): TypedPart => ({ kind: 'code', text: value, language });

describe('splitAtFences', () => {
  it.each<readonly [string, string, readonly TypedPart[]]>([
    ['nothing', '', []],
    ['lines', '  a\n\n    b', [text('  a\n\n    b')]],
    ['Windows line ends', 'a\r\nb', [text('a\nb')]],
    ['code with a language', 'a\n```PY x\n  b\n```\nc', [text('a'), code('  b', 'py'), text('c')]],
    ['a tilde fence', '~~~\n```\n~~~', [code('```')]],
    ['a longer fence', '````\n```\n````', [code('```')]],
    ['two blocks', '```\na\n```\n```ts\nb\n```', [code('a'), code('b', 'ts')]],
    ['empty code', '```\n```', [code('')]],
    ['an open fence', 'a\n```\nb\n\nc', [text('a'), code('b\n\nc')]],
    ['backticks inside a line', 'a ``` b ```', [text('a ``` b ```')]],
    ['a fence with backticks behind it', '``` a `b`', [text('``` a `b`')]],
    ['an indented fence', '    ```\na', [text('    ```\na')]],
  ])('splits %s', (_name, typed, parts) => {
    expect(splitAtFences(typed)).toEqual(parts);
  });
});
