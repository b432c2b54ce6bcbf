import { spawnSync } from 'node:child_process';
import { DIALECTS } from '@postern/dialects';
import type { DialectId } from '@postern/protocol';
import { describe, expect, test } from 'vitest';
import { IGNORED, measureAll, type Outcome } from './compatibility-document.ts';
import { PROBES } from './compatibility/probes.ts';

const MEASURED = measureAll();

function outcome(from: DialectId, to: DialectId, field: string): Outcome | undefined {
  return MEASURED.find(
    (row) => row.from === DIALECTS[from] && row.to === DIALECTS[to] && row.field === field,
  )?.outcome;
}

describe('the translation of a field', () => {
  test('is silent only where a reason is given', () => {
    const silent = MEASURED.filter((row) => row.outcome === 'ignored').map(({ field }) => field);
    expect([...new Set(silent)].toSorted()).toEqual(IGNORED.map(([field]) => field).toSorted());
  });

  test('that is refused says which field it is and why', () => {
    const refused = MEASURED.filter((row) => row.outcome === 'refused');
    expect(refused.length).toBeGreaterThan(10);
    for (const { from, to, field } of refused) {
      const probe = PROBES.find((row) => DIALECTS[row.from] === from)?.probes.find(
        (row) => row.field === field,
      );
      const decoded = from.decodeRequest(probe?.with ?? {});
      const encoded = decoded.ok ? to.encodeRequest(decoded.value) : decoded;
      const failure = encoded.ok ? undefined : encoded.failure;
      expect(failure?.path, field).not.toBe('');
      expect(failure?.message, field).toMatch(/\w+ \w+/);
    }
  });

  const PROMISED: readonly (readonly [DialectId, DialectId, string, Outcome])[] = [
    ['anthropic-messages', 'openai-chat', 'output_config.effort', 'kept'],
    ['anthropic-messages', 'openai-chat', 'output_config.format', 'kept'],
    ['anthropic-messages', 'openai-chat', 'tool_choice: any', 'kept'],
    ['anthropic-messages', 'openai-chat', 'tools (of the server)', 'dropped'],
    ['anthropic-messages', 'openai-chat', 'thread', 'refused'],
    ['openai-chat', 'anthropic-messages', 'reasoning_effort', 'kept'],
    ['openai-chat', 'anthropic-messages', 'response_format: json_schema', 'kept'],
    ['openai-chat', 'anthropic-messages', 'seed', 'dropped'],
    ['openai-chat', 'anthropic-messages', 'content[].cache_control', 'kept'],
    ['openai-responses', 'anthropic-messages', 'tools: namespace', 'kept'],
    ['openai-responses', 'anthropic-messages', 'input: reasoning', 'dropped'],
    ['openai-responses', 'openai-chat', 'previous_response_id', 'refused'],
    ['openai-responses', 'openai-chat', 'background: true', 'refused'],
  ];
  test.each(PROMISED)('from %s to %s: %s is %s', (from, to, field, expected) => {
    expect(outcome(from, to, field)).toBe(expected);
  });

  test.each(PROBES)('is measured once for each field from $from', ({ probes }) => {
    const fields = probes.map(({ field }) => field);
    expect(new Set(fields).size).toBe(fields.length);
    for (const probe of probes) expect(probe.with, probe.field).not.toEqual(probe.without);
  });
});

test('the page is up to date', { timeout: 60_000 }, () => {
  const script = new URL('generate-compatibility.ts', import.meta.url).pathname;
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([0, '']);
});
