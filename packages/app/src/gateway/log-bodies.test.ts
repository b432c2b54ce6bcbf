import { gatewayKeyId } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { createProcessLog, type LogLevel } from '../log/process-log.ts';
import { bodyLogOf } from './log-bodies.ts';

const clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0 };
const KEY_ID = gatewayKeyId.from('0'.repeat(26));

function linesOf(text: string, level: LogLevel, format: 'text' | 'json'): readonly string[] {
  const lines: string[] = [];
  const log = createProcessLog({
    clock,
    config: { level, format },
    out: (line) => lines.push(line),
  });
  const body = { text, bytes: 5, isCut: false };
  const response = { text: 'ok', bytes: 2, isCut: true };
  bodyLogOf(log).write({ requestId: 'req_1', keyId: KEY_ID, status: 200, request: body, response });
  return lines;
}

describe('the log of bodies', () => {
  test.each(['error', 'warn', 'info'] as const)('has nothing at the level %s', (level) => {
    expect(linesOf('hello', level, 'json')).toEqual([]);
  });

  test('has both bodies at the level debug', () => {
    const [line = ''] = linesOf('{"a":1}', 'debug', 'json');
    expect(JSON.parse(line)).toMatchObject({
      level: 'debug',
      event: 'gateway.bodies',
      ...{ requestId: 'req_1', keyId: KEY_ID, status: 200 },
      ...{ request: '{"a":1}', requestBytes: 5, requestIsCut: false },
      ...{ response: 'ok', responseBytes: 2, responseIsCut: true },
    });
  });

  test.each([
    ['a line break', 'a\npostern: Signed in.\r\n'],
    ['a quote and a field', '" status=500'],
    ['controls of a terminal', '\u001b[2J\u009b2J\u0000\u007f'],
    ['other line separators', 'a\u2028b\u2029c\u0085d'],
    ['a change of direction', '\u202eabc\u2066'],
    ['a lone surrogate', '\ud800'],
  ])('is one line that shows nothing else, with %s', (_, text) => {
    for (const format of ['text', 'json'] as const) {
      const [line = '', ...others] = linesOf(text, 'debug', format);
      expect(others).toEqual([]);
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      expect(line).not.toMatch(/(?<!\\)" status=500/);
      if (format === 'json') expect(JSON.parse(line)).toMatchObject({ request: text });
    }
  });

  test('has asterisks for keys of known forms, and the same length', () => {
    const log = bodyLogOf(
      createProcessLog({ clock, config: { level: 'debug', format: 'json' }, out: () => undefined }),
    );
    const keys = [`sk-postern-${'a1'.repeat(20)}`, `sk-ant-api03-${'b2'.repeat(20)}`];
    const clean = log.redacted(`${keys.join(' and ')} end`);
    expect(clean).toMatch(/^\*+ and \*+ end$/);
    expect(clean).toHaveLength(keys.join(' and ').length + 4);
  });
});
