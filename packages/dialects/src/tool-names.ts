import type { DialectId, ModelRequest } from '@postern/protocol';
import { MAX_TOOL_NAME as ANTHROPIC_MAX } from './anthropic-messages/limits.ts';
import { changedToolNames } from './names/tool-name.ts';
import { MAX_TOOL_NAME as OPENAI_MAX } from './openai-chat/limits.ts';

const MAX_LENGTHS: Readonly<Record<DialectId, number>> = {
  'anthropic-messages': ANTHROPIC_MAX,
  'openai-chat': OPENAI_MAX,
};

/**
 * Names on the wire → names of the request, for the tools whose names a dialect does not take. To be
 * given to `decodeAnswer` and `answerDecoder`, so that calls come back under the names of the request.
 */
export function toolNamesOf(
  request: ModelRequest,
  dialect: DialectId,
): ReadonlyMap<string, string> {
  return changedToolNames(request, MAX_LENGTHS[dialect]);
}
