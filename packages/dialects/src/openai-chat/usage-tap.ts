import type { JsonObject, JsonValue } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { ReportedUsage, TerminalEvent, UsageTap } from '../dialect.ts';
import { listOf, objectOf, textOf } from '../json/read-json.ts';
import { readBody } from '../usage-tap/read-body.ts';
import { StreamTap } from '../usage-tap/stream-tap.ts';
import { usageOf } from './answer.ts';
import { contentItems } from './content-list.ts';
import { decodeUsage } from './usage.ts';

const WORD_KEYS = ['content', 'reasoning_content', 'reasoning', 'refusal'] as const;

export function usageTap(terminalEvent: TerminalEvent): UsageTap {
  return new StreamTap({
    terminalEvent,
    deltaMark: '"delta"',
    textKeys: [...WORD_KEYS, 'arguments'],
    listMark: '"content":[',
    usageIn,
    tierIn: reportedTier,
    textLengthIn: (chunk) =>
      (listOf(chunk['choices']) ?? []).reduce<number>(
        (sum, choice) => sum + deltaLength(objectOf(objectOf(choice)?.['delta']) ?? {}),
        0,
      ),
  });
}

function deltaLength(delta: JsonObject): number {
  const words = WORD_KEYS.reduce((sum, key) => sum + lengthOf(delta[key]), 0);
  const calls = listOf(delta['tool_calls']) ?? [];
  return calls.reduce<number>(
    (sum, call) => sum + lengthOf(objectOf(objectOf(call)?.['function'])?.['arguments']),
    words,
  );
}

function lengthOf(value: JsonValue | undefined): number {
  const text = textOf(value);
  if (text !== undefined) return text.length;
  return contentItems(value).reduce((sum, { text: words }) => sum + (words?.length ?? 0), 0);
}

/** The usage in the body of a whole answer. */
export function readUsage(bodyText: string): ReportedUsage {
  return readBody(bodyText, { usageIn, tierIn: reportedTier });
}

/** See `Dialect.reportedTier`. */
export function reportedTier(body: JsonObject): string | undefined {
  return textOf(body['service_tier']);
}

function usageIn(body: JsonObject): Usage {
  const usage = usageOf(body);
  return usage === undefined ? {} : decodeUsage(usage);
}
