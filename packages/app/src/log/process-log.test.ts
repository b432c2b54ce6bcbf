import { describe, expect, test } from 'vitest';
import { createProcessLog, LOG_LEVELS, type LogLevel } from './process-log.ts';

const clock = { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0 };

function linesAt(level: LogLevel, format: 'text' | 'json'): readonly string[] {
  const lines: string[] = [];
  const log = createProcessLog({
    clock,
    config: { level, format },
    out: (line) => lines.push(line),
  });
  for (const one of LOG_LEVELS) log.write(one, 'notice', `It is ${one}.`, { count: 2, on: true });
  return lines;
}

describe('the process log', () => {
  test.each([
    ['error', 1],
    ['warn', 2],
    ['info', 3],
    ['debug', 4],
  ] as const)('writes the expected lines at level %s', (level, count) => {
    for (const format of ['text', 'json'] as const) {
      expect(linesAt(level, format)).toHaveLength(count);
    }
  });

  test('writes a sentence as text', () => {
    expect(linesAt('error', 'text')).toEqual(['postern: It is error. count=2 on=true']);
  });

  test('writes an object with the time as JSON', () => {
    const [line = ''] = linesAt('error', 'json');
    expect(JSON.parse(line)).toEqual({
      time: '2023-11-14T22:13:20.000Z',
      level: 'error',
      event: 'notice',
      message: 'It is error.',
      count: 2,
      on: true,
    });
  });

  test('limits repeated lines per minute and counts the others', () => {
    let nowMs = 0;
    const lines: string[] = [];
    const log = createProcessLog({
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
      config: { level: 'info', format: 'text' },
      out: (line) => lines.push(line),
    });
    const attempt = (): void => {
      log.write('warn', 'app.sign-in', 'Invalid launch code.', { succeeded: false });
    };
    for (let count = 0; count < 5000; count += 1) attempt();
    expect(lines).toHaveLength(20);
    // Events that no client can cause are never suppressed.
    for (let count = 0; count < 100; count += 1) log.write('info', 'gateway.call', 'Answered.');
    expect(lines).toHaveLength(120);
    nowMs += 60_000;
    attempt();
    expect(lines.slice(120)).toEqual([
      'postern: Lines were suppressed within a minute. kind=app.sign-in count=4980',
      'postern: Invalid launch code. succeeded=false',
    ]);
    nowMs += 60_000;
    attempt();
    expect(lines).toHaveLength(123);
  });
});
