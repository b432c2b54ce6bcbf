import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wireCallId } from './call-id.ts';

const BOTH_SIDES = /^[a-zA-Z0-9_-]{1,40}$/;

const ROWS: readonly (readonly [name: string, callId: string, wire: string | RegExp])[] = [
  ["Anthropic's own", 'toolu_01QE1WLsSVp5hy5Q3GmGTmjP', 'toolu_01QE1WLsSVp5hy5Q3GmGTmjP'],
  ["OpenAI's own", 'call_9V0vrf86Pc9aelHCJMZqnJBo', 'call_9V0vrf86Pc9aelHCJMZqnJBo'],
  ["Groq's own", 'tk85n1k4m', 'tk85n1k4m'],
  ["Kimi's, with a dot and a colon", 'functions.Bash:0', 'pid_functions-2e-Bash-3a-0'],
  ['none at all', '', 'pid_'],
  ['a Responses id of 53 characters', `fc_${'0a1b2c3d4e'.repeat(5)}`, /^pid_[0-9a-z]{36}$/],
  ['many strange characters', '::::::::::::::::', /^pid_[0-9a-z]{36}$/],
  ['what looks like a mapped one', 'pid_a', 'pid_pid_a'],
];

describe('wireCallId', () => {
  test.each(ROWS)('%s', (_name, callId, wire) => {
    expect(wireCallId(callId)).toMatch(wire instanceof RegExp ? wire : new RegExp(`^${wire}$`));
    expect(wireCallId(callId)).toMatch(BOTH_SIDES);
  });

  const id = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom('a', '-', '_', ':', '.', '2', 'e', 'p', 'i', 'd'),
      maxLength: 45,
    }),
    fc
      .constantFrom('pid_', 'fc_')
      .chain((start) => fc.string({ maxLength: 50 }).map((end) => start + end)),
  );
  test('every id has a form that both sides take', () => {
    fc.assert(fc.property(id, (callId) => BOTH_SIDES.test(wireCallId(callId))));
  });

  test('two ids never have the same form', () => {
    fc.assert(
      fc.property(
        id,
        id,
        (one, other) => (wireCallId(one) === wireCallId(other)) === (one === other),
      ),
      { numRuns: 2000 },
    );
  });

  test('ids of 53 characters that differ in one place have different forms', () => {
    const forms = Array.from({ length: 50 }, (_, at) =>
      wireCallId(`fc_${'a'.repeat(at)}b${'a'.repeat(49 - at)}`),
    );
    expect(new Set(forms).size).toBe(50);
  });
});
