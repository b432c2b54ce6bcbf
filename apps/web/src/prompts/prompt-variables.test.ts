import { describe, expect, it } from 'vitest';
import { fillVariables, variablesIn } from './prompt-variables.ts';

describe('variables of a prompt', () => {
  it.each([
    ['no variables', []],
    [
      '{{a}} {{ b }} {{a}}',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['{{tone:friendly}} {{tone}}', [['tone', 'friendly']]],
    ['{{tone}} {{tone: friendly }} {{tone:cold}}', [['tone', 'friendly']]],
    ['{{target language:en: British}}', [['target language', 'en: British']]],
    [
      '{{größe}} {{目標}} {{a.b-c_1}}',
      [
        ['größe', ''],
        ['目標', ''],
        ['a.b-c_1', ''],
      ],
    ],
    ['{{}} {{ }} {{:x}} {{#if a}} {{> x}} {a} {{a\nb}} {{a|b}}', []],
    ['{{a:x\ny}} {{b:{c}}} {{{d}}}', [['d', '']]],
    [`{{${'x'.repeat(41)}}} {{${'x'.repeat(40)}}}`, [['x'.repeat(40), '']]],
    ['{{\u202eevil}} {{a\u200bb}}', []],
  ])('in %j', (text, expected) => {
    expect(variablesIn(text).map(({ name, defaultText }) => [name, defaultText])).toEqual(expected);
  });

  it('are replaced once, also if a value looks like a variable or a replacement pattern', () => {
    const values = new Map([
      ['a', '{{b}}'],
      ['b', '$& $1 $$'],
    ]);
    expect(fillVariables('{{a}}, {{ b:x }}, {{c}}, {{a.', values)).toBe(
      '{{b}}, $& $1 $$, {{c}}, {{a.',
    );
  });

  it('are at most 20; further ones stay in the text', () => {
    const text = Array.from({ length: 30 }, (_, at) => `{{v${String(at)}}}`).join('');
    expect(variablesIn(text)).toHaveLength(20);
    const values = new Map(variablesIn(text).map(({ name }) => [name, '-']));
    expect(fillVariables(text, values)).toBe(
      `${'-'.repeat(20)}${text.slice(text.indexOf('{{v20'))}`,
    );
  });

  it('are found in 50,000 hostile characters without a long search', () => {
    const begun = performance.now();
    for (const part of ['{{', '{{a ', '{{a:', '{{ \t', '{{a:b}', '{{a '.padEnd(60)]) {
      variablesIn(part.repeat(50_000 / part.length));
    }
    variablesIn(`{{a${' '.repeat(50_000)}`);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
