import { parseJson, type JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { TerminalEvent, UsageTap } from '../dialect.ts';
import { objectOf, textOf } from '../json/read-json.ts';
import { StreamTap } from '../usage-tap/stream-tap.ts';
import { decodeUsage } from './usage.ts';

/** `content` is the summary of a compaction. */
const TEXT_KEYS = ['text', 'thinking', 'partial_json', 'content'] as const;

export function usageTap(terminalEvent: TerminalEvent): UsageTap {
  return new StreamTap({
    terminalEvent,
    deltaMark: '"content_block_delta"',
    textKeys: TEXT_KEYS,
    usageIn: (event) => usageIn(event),
    textLengthIn: (event) => {
      const delta = objectOf(event['delta']);
      return TEXT_KEYS.reduce((sum, key) => sum + (textOf(delta?.[key])?.length ?? 0), 0);
    },
  });
}

/** The usage in the body of a whole answer. */
export function readUsage(bodyText: string): Usage {
  const body = parseJson(bodyText);
  return body.ok ? usageIn(objectOf(body.value) ?? {}) : {};
}

/** `message_start` has the usage in its message; `message_delta` and whole answers have it at the top level. */
function usageIn(object: JsonObject): Usage {
  const usage = objectOf(objectOf(object['message'])?.['usage']) ?? objectOf(object['usage']);
  return usage === undefined ? {} : decodeUsage(usage);
}
