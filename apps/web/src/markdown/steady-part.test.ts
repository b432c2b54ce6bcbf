import { expect, it } from 'vitest';
import { steadyPart } from './steady-part.ts';

it('shows a block of a usual length whole', () => {
  expect(steadyPart('a'.repeat(30_000))).toHaveLength(30_000);
});

it('changes what is shown of a very long block only now and then, and shows most of it', () => {
  const shown = new Set<number>();
  const text = 'a'.repeat(1_000_000);
  for (let length = 30_001; length <= text.length; length += 97) {
    const part = steadyPart(text.slice(0, length));
    expect(part.length).toBeGreaterThan(length * 0.85);
    shown.add(part.length);
  }
  expect(shown.size).toBeLessThan(60);
});

it('never splits a surrogate pair', () => {
  const part = steadyPart(`a${'😀'.repeat(40_000)}`);
  expect(part.isWellFormed()).toBe(true);
});
