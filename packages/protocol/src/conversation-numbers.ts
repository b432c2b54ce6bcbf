import type { Usage } from './conversation.ts';

/** The tokens and the cost of one request. */
export interface AnswerNumbers {
  readonly usage: Usage;
  /** In millionths of a US dollar. Absent if the price isn't known. */
  readonly costMicroUsd?: number;
}

/** The tokens and the cost of several requests and their answers. */
export interface ConversationNumbers {
  readonly usedTokens: number;
  /** In millionths of a US dollar. Absent if no cost is known. */
  readonly costMicroUsd?: number;
  /** Answers that used tokens and have no known cost. */
  readonly withoutCost: number;
}
