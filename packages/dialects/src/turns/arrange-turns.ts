import type { Part, Role, ToolResultPart, Turn } from '@postern/protocol';
import type { Report } from '../report.ts';

/** A run of assistant turns. */
interface AssistantBlock {
  readonly side: 'assistant';
  readonly parts: readonly Part[];
}

/** A run of user and system turns between two answers, with tool results first. */
export interface UserBlock {
  readonly side: 'user';
  readonly results: readonly ToolResultPart[];
  /** The turns without their results; none of them is empty. */
  readonly entries: readonly {
    readonly role: 'system' | 'user';
    readonly parts: readonly Part[];
  }[];
}

export type TurnBlock = AssistantBlock | UserBlock;

/** The text of the result that replaces a missing one. */
export const MISSING_RESULT = 'No result was recorded for this call.';

/**
 * Puts turns into the order that all dialects require. User and assistant blocks alternate. Every tool call
 * has exactly one result, at the start of the next block; a missing result becomes an error. Call ids are
 * unique in the conversation. If the turns continue a conversation that the server stores, the results at
 * their start may answer calls that aren't among the turns.
 */
export function arrangeTurns(
  turns: readonly Turn[],
  report: Report,
  { continues = false } = {},
): readonly TurnBlock[] {
  const [first, ...others] = mergeSides(turns);
  if (!continues || first?.side !== 'user') return pairResults(mergeSides(turns), report);
  return [first, ...pairResults(others, report)];
}

interface OpenUserBlock {
  readonly side: 'user';
  readonly results: ToolResultPart[];
  readonly entries: { role: 'system' | 'user'; parts: Part[] }[];
}

interface OpenAssistantBlock {
  readonly side: 'assistant';
  readonly parts: Part[];
}

type OpenBlock = OpenUserBlock | OpenAssistantBlock;

function mergeSides(turns: readonly Turn[]): OpenBlock[] {
  const blocks: OpenBlock[] = [];
  for (const { role, parts } of turns) {
    const words: Part[] = [];
    for (const part of parts) {
      if (part.kind === 'tool-result') userBlock(blocks).results.push(part);
      else if (isAnswer(part, role)) assistantBlock(blocks).parts.push(part);
      else words.push(part);
    }
    if (words.length > 0) {
      userBlock(blocks).entries.push({ role: role === 'system' ? 'system' : 'user', parts: words });
    }
  }
  return blocks;
}

function userBlock(blocks: OpenBlock[]): OpenUserBlock {
  const last = blocks.at(-1);
  if (last?.side === 'user') return last;
  const block: OpenUserBlock = { side: 'user', results: [], entries: [] };
  blocks.push(block);
  return block;
}

function assistantBlock(blocks: OpenBlock[]): OpenAssistantBlock {
  const last = blocks.at(-1);
  if (last?.side === 'assistant') return last;
  const block: OpenAssistantBlock = { side: 'assistant', parts: [] };
  blocks.push(block);
  return block;
}

/** Whether a part is the model's: thinking and calls always are, others if their turn is. */
function isAnswer(part: Part, role: Role): boolean {
  switch (part.kind) {
    case 'thinking':
    case 'redacted-thinking':
    case 'tool-call':
    case 'refusal':
      return true;
    default:
      return role === 'assistant';
  }
}

/** Moves the result of every call in an assistant block to the next block. */
function pairResults(blocks: readonly OpenBlock[], report: Report): TurnBlock[] {
  const paired: TurnBlock[] = [];
  const ids = new UniqueIds();
  let open: readonly OpenCall[] = [];
  for (const block of blocks) {
    if (block.side === 'assistant') {
      const named = nameCalls(block.parts, ids);
      paired.push({ side: 'assistant', parts: named.parts });
      open = named.calls;
    } else {
      paired.push({ ...block, results: answerCalls(open, block.results, report) });
      open = [];
    }
  }
  if (open.length > 0) {
    paired.push({ side: 'user', results: answerCalls(open, [], report), entries: [] });
  }
  return paired;
}

interface OpenCall {
  /** The id in the conversation. */
  readonly callId: string;
  /** The id made unique in the conversation. */
  readonly uniqueId: string;
}

function nameCalls(
  parts: readonly Part[],
  ids: UniqueIds,
): { parts: readonly Part[]; calls: readonly OpenCall[] } {
  const calls: OpenCall[] = [];
  const named = parts.map((part) => {
    if (part.kind !== 'tool-call') return part;
    const uniqueId = ids.take(part.callId);
    calls.push({ callId: part.callId, uniqueId });
    return uniqueId === part.callId ? part : { ...part, callId: uniqueId };
  });
  return { parts: named, calls };
}

/** Makes ids unique. Servers that number their calls use `call_0` in every answer. */
class UniqueIds {
  readonly #used = new Set<string>();
  /** The next number to try for an id that was repeated, so that many repetitions take no longer each. */
  readonly #repetitions = new Map<string, number>();

  take(callId: string): string {
    let id = callId;
    let repetition = this.#repetitions.get(callId) ?? 2;
    for (; this.#used.has(id); repetition += 1) id = `${callId}_${repetition}`;
    if (id !== callId) this.#repetitions.set(callId, repetition);
    this.#used.add(id);
    return id;
  }
}

function answerCalls(
  calls: readonly OpenCall[],
  results: readonly ToolResultPart[],
  report: Report,
): readonly ToolResultPart[] {
  const open = Map.groupBy(calls.toReversed(), ({ callId }) => callId);
  const answeredIds = new Set<string>();
  const answered = results.map((result) => {
    const call = open.get(result.callId)?.pop();
    if (call !== undefined) answeredIds.add(call.uniqueId);
    if (call === undefined) {
      report({
        reason: 'conversation-invalid',
        path: 'messages',
        message: 'a tool result does not answer a call of the message before it',
      });
    }
    return call === undefined ? result : { ...result, callId: call.uniqueId };
  });
  const unanswered = calls.filter(({ uniqueId }) => !answeredIds.has(uniqueId));
  const missing = unanswered.map(({ uniqueId }): ToolResultPart => ({
    kind: 'tool-result',
    callId: uniqueId,
    content: [{ kind: 'text', text: MISSING_RESULT }],
    isError: true,
  }));
  return [...answered, ...missing];
}
