import type { Part, Role, ToolResultPart, Turn } from '@postern/protocol';
import type { Report } from '../report.ts';

/** What the model said between two blocks of the other side. */
interface AssistantBlock {
  readonly side: 'assistant';
  readonly parts: readonly Part[];
}

/** What was said to the model between two of its answers: results of its calls first. */
export interface UserBlock {
  readonly side: 'user';
  readonly results: readonly ToolResultPart[];
  /** The turns with what is left of them, never empty. */
  readonly entries: readonly {
    readonly role: 'system' | 'user';
    readonly parts: readonly Part[];
  }[];
}

export type TurnBlock = AssistantBlock | UserBlock;

/** The text of the result that stands in for one that was never given. */
export const MISSING_RESULT = 'No result was recorded for this call.';

/**
 * Puts turns into the order that both dialects demand: sides alternate, every tool call is answered by
 * exactly one result at the start of the block that follows (a call that never was is answered by an
 * error), ids of calls are unique in the whole conversation. Where the turns continue a conversation
 * that the server keeps, the results they begin with answer calls that are not among them.
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

/** Whether the model said it: thinking and calls always, other parts by the role of their turn. */
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

/** Gives every call of an assistant block its result in the block that follows. */
function pairResults(blocks: readonly OpenBlock[], report: Report): TurnBlock[] {
  const paired: TurnBlock[] = [];
  const usedIds = new Set<string>();
  let open: readonly OpenCall[] = [];
  for (const block of blocks) {
    if (block.side === 'assistant') {
      const named = nameCalls(block.parts, usedIds);
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
  /** The id as the conversation has it. */
  readonly callId: string;
  /** The id that is unique in the conversation. */
  readonly uniqueId: string;
}

function nameCalls(
  parts: readonly Part[],
  usedIds: Set<string>,
): { parts: readonly Part[]; calls: readonly OpenCall[] } {
  const calls: OpenCall[] = [];
  const named = parts.map((part) => {
    if (part.kind !== 'tool-call') return part;
    const uniqueId = unusedId(part.callId, usedIds);
    calls.push({ callId: part.callId, uniqueId });
    return uniqueId === part.callId ? part : { ...part, callId: uniqueId };
  });
  return { parts: named, calls };
}

/** Servers that number their calls give `call_0` in every answer. */
function unusedId(callId: string, usedIds: Set<string>): string {
  let id = callId;
  for (let repetition = 2; usedIds.has(id); repetition += 1) id = `${callId}_${repetition}`;
  usedIds.add(id);
  return id;
}

function answerCalls(
  calls: readonly OpenCall[],
  results: readonly ToolResultPart[],
  report: Report,
): readonly ToolResultPart[] {
  const open = [...calls];
  const answered = results.map((result) => {
    const at = open.findIndex(({ callId }) => callId === result.callId);
    const [call] = at === -1 ? [] : open.splice(at, 1);
    if (call === undefined) {
      report({
        reason: 'conversation-invalid',
        path: 'messages',
        message: 'a tool result does not answer a call of the message before it',
      });
    }
    return call === undefined ? result : { ...result, callId: call.uniqueId };
  });
  const missing = open.map(({ uniqueId }): ToolResultPart => ({
    kind: 'tool-result',
    callId: uniqueId,
    content: [{ kind: 'text', text: MISSING_RESULT }],
    isError: true,
  }));
  return [...answered, ...missing];
}
