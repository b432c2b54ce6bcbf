import { t } from '@lingui/core/macro';
import type {
  AnswerMeasures,
  ConversationNumbers,
  Message,
  ModelFacts,
  MessagePart,
  Usage,
} from '@postern/protocol';
import { formatUsage } from './usage.ts';
import { formatNumber } from '../languages/formats.ts';

const CHARACTERS_PER_TOKEN = 4;
/** The part of the context from which on a chat is close to its limit. */
export const NEARLY_FULL = 0.8;

/** Tokens per second after the first one; undefined if it isn't known, or too short to say. */
export function speedOf({
  usage,
  measures,
}: Pick<Message, 'usage' | 'measures'>): number | undefined {
  const tokens = usage?.outputTokens ?? 0;
  if (measures?.firstContentMs === undefined || tokens < 2) return undefined;
  const writingMs = measures.durationMs - measures.firstContentMs;
  // Reasoning that isn't shown is counted, but was written before the first content.
  const hidden = measures.firstContentMs > writingMs && (usage?.reasoningTokens ?? 0) > 0;
  const elapsedMs = hidden ? measures.durationMs : writingMs;
  return elapsedMs < 100 ? undefined : tokens / (elapsedMs / 1000);
}

/** An amount in US dollars: two digits that say something, or cents. */
export function formatUsd(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  const style = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  const digits = usd > 0 && usd < 1 ? { maximumSignificantDigits: 2 } : {};
  return formatNumber(usd, { ...style, ...digits });
}

/** `1,204 in · 96 out tokens · 48 tokens/s · first after 0.7 s · $0.0012`; what isn't known is left out. */
export function formatNumbers({ usage, measures }: Pick<Message, 'usage' | 'measures'>): string {
  const speed = speedOf({ ...(usage && { usage }), ...(measures && { measures }) });
  const first = measures?.firstContentMs;
  const cost = measures?.costMicroUsd;
  const parts = [
    usage === undefined ? '' : formatUsage(usage),
    speed === undefined ? '' : speedText(speed),
    first === undefined ? '' : t`first after ${{ seconds: secondsText(first) }} s`,
    cost === undefined ? '' : formatUsd(cost),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Of a short time two digits that say something, so that it isn't `0`. */
function secondsText(ms: number): string {
  return formatNumber(ms / 1000, ms < 1000 ? { maximumSignificantDigits: 2 } : ONE_DIGIT);
}

const ONE_DIGIT = { maximumFractionDigits: 1 } as const;

function speedText(speed: number): string {
  const count = formatNumber(speed < 10 ? speed : Math.round(speed), ONE_DIGIT);
  return t`${count} tokens/s`;
}

/** The numbers of a whole chat. */
export interface ChatNumbers {
  /** Tokens that the next question adds to. */
  readonly contextTokens: number;
  /** Whether that is estimated from the length of the texts. */
  readonly isEstimate: boolean;
  /** Tokens of all requests and answers, those of other versions included. */
  readonly usedTokens: number;
  /** Undefined if no answer has a known cost. */
  readonly costMicroUsd: number | undefined;
  /** Answers that used tokens and have no known cost. */
  readonly withoutCost: number;
}

/**
 * @param messages The messages that aren’t counted in `earlier`.
 * @param path The messages that a model would be sent, without the next question.
 * @param model The model that would be asked next.
 * @param earlier What the process counted.
 */
export function chatNumbers(
  messages: Iterable<Message>,
  path: readonly Message[],
  model: string | undefined,
  earlier: ConversationNumbers = { usedTokens: 0, withoutCost: 0 },
): ChatNumbers {
  let { usedTokens, costMicroUsd, withoutCost } = earlier;
  for (const { usage, measures } of messages) {
    usedTokens += usage === undefined ? 0 : tokensOf(usage);
    const cost = costOf(measures);
    if (cost !== undefined) costMicroUsd = (costMicroUsd ?? 0) + cost;
    else if (usage !== undefined) withoutCost += 1;
  }
  return { ...contextOf(path, model), usedTokens, costMicroUsd, withoutCost };
}

function contextOf(
  path: readonly Message[],
  model: string | undefined,
): Pick<ChatNumbers, 'contextTokens' | 'isEstimate'> {
  const last = path.findLastIndex(({ usage }) => usage?.inputTokens !== undefined);
  const answer = path[last];
  const counted = answer?.usage === undefined ? 0 : tokensOf(answer.usage);
  const rest = path.slice(last + 1).reduce((sum, { parts }) => sum + estimatedTokens(parts), 0);
  // Each model counts in its own way, and an answer that was cut off may not be counted whole.
  const isEstimate = rest > 0 || answer?.status !== 'complete' || !sameModel(answer.model, model);
  return { contextTokens: counted + rest, isEstimate };
}

/** A provider may report a snapshot of the model that was asked. */
function sameModel(reported: string | undefined, asked: string | undefined): boolean {
  if (reported === undefined || asked === undefined) return false;
  return reported === asked || reported.startsWith(`${asked}-`);
}

function costOf(measures: AnswerMeasures | undefined): number | undefined {
  return measures?.costMicroUsd;
}

function tokensOf(usage: Usage): number {
  const { inputTokens = 0, cacheReadTokens = 0, cacheWriteTokens = 0, outputTokens = 0 } = usage;
  return inputTokens + cacheReadTokens + cacheWriteTokens + outputTokens;
}

function estimatedTokens(parts: readonly MessagePart[]): number {
  const characters = parts.reduce((sum, part) => sum + charactersIn(part), 0);
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

function charactersIn(part: MessagePart): number {
  switch (part.kind) {
    case 'text':
    case 'refusal':
    case 'thinking':
      return part.text.length;
    case 'tool-call':
      return part.name.length + part.inputJson.length;
    case 'tool-result':
      return part.content.reduce((sum, inner) => sum + charactersIn(inner), 0);
    case 'opaque':
      return JSON.stringify(part.value).length;
    case 'image':
    case 'file':
    case 'attachment':
    case 'redacted-thinking':
      return 0;
  }
}

/** The most tokens that a question and what is before it may have. */
export function limitOf(facts: ModelFacts | undefined): number | undefined {
  const limit = facts?.maxInput ?? facts?.contextWindow;
  return limit !== undefined && limit > 0 ? limit : undefined;
}
