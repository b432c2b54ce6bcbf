import type { JsonObject } from '@postern/kernel';
import type { Usage } from '@postern/protocol';
import type { ReportedUsage, TerminalEvent, UsageTap } from '../dialect.ts';
import { objectOf, textOf } from '../json/read-json.ts';
import { readBody } from '../usage-tap/read-body.ts';
import { StreamTap } from '../usage-tap/stream-tap.ts';
import { decodeUsage } from './usage.ts';

/** `content` is the summary of a compaction. */
const TEXT_KEYS = ['text', 'thinking', 'partial_json', 'content'] as const;

export function usageTap(terminalEvent: TerminalEvent): UsageTap {
  return new StreamTap({
    terminalEvent,
    deltaMark: '"content_block_delta"',
    textKeys: TEXT_KEYS,
    usageIn,
    tierIn: reportedTier,
    textLengthIn: (event) => {
      const delta = objectOf(event['delta']);
      return TEXT_KEYS.reduce((sum, key) => sum + (textOf(delta?.[key])?.length ?? 0), 0);
    },
  });
}

/** The usage in the body of a whole answer. */
export function readUsage(bodyText: string): ReportedUsage {
  return readBody(bodyText, { usageIn, tierIn: reportedTier });
}

/** See `Dialect.reportedTier`. */
export function reportedTier(object: JsonObject): string | undefined {
  return textOf(usageObject(object)?.['service_tier']);
}

function usageIn(object: JsonObject): Usage {
  const usage = usageObject(object);
  return usage === undefined ? {} : decodeUsage(usage);
}

/** `message_start` has the usage in its message; `message_delta` and whole answers have it at the top level. */
function usageObject(object: JsonObject): JsonObject | undefined {
  return objectOf(objectOf(object['message'])?.['usage']) ?? objectOf(object['usage']);
}
