import { optionalNumberColumn, type Database, type Statement } from '@postern/database';
import type { AnswerNumbers, ConversationNumbers } from '@postern/protocol';

const TOKENS = ['inputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'outputTokens']
  .map((name) => `coalesce(json_extract(usage, '$.${name}'), 0)`)
  .join(' + ');

const COST = "iif(json_valid(measures), json_extract(measures, '$.costMicroUsd'), NULL)";

/** Read from the index `message_numbers` alone: a message can be long. Invalid JSON counts as nothing. */
const SUMS = `
  SELECT sum(iif(json_valid(usage), ${TOKENS}, 0)) AS tokens, sum(${COST}) AS cost,
    sum(${COST} IS NULL) AS without_cost
  FROM message INDEXED BY message_numbers
  WHERE conversation = ? AND usage IS NOT NULL AND row < ?
    AND row NOT IN (SELECT message FROM removed_message)`;

const OF_TITLE = `
  SELECT iif(json_valid(usage), ${TOKENS}, 0) AS tokens, cost AS cost, cost IS NULL AS without_cost
  FROM (
    SELECT json_extract(title_numbers, '$.usage') AS usage,
      json_extract(title_numbers, '$.costMicroUsd') AS cost
    FROM conversation WHERE row = ? AND json_valid(title_numbers)
  )`;

/** Statements for the tokens and costs of conversations. Use them inside an attempt or transaction. */
export class NumberTable {
  readonly #sums: Statement;
  readonly #ofTitle: Statement;
  readonly #setTitleNumbers: Statement;

  constructor(database: Database) {
    this.#sums = database.prepare(SUMS);
    this.#ofTitle = database.prepare(OF_TITLE);
    this.#setTitleNumbers = database.prepare(
      'UPDATE conversation SET title_numbers = ? WHERE row = ?',
    );
  }

  /** Of the messages before that row, removed ones left out, and of the request for the title. */
  before(row: number, conversation: number): ConversationNumbers {
    const rows = [this.#sums.get(conversation, row), this.#ofTitle.get(conversation)];
    const valuesOf = (name: string): readonly number[] =>
      rows.flatMap((each) => (each && optionalNumberColumn(each, name)) ?? []);
    const sumOf = (values: readonly number[]): number =>
      values.reduce((sum, each) => sum + each, 0);
    const costs = valuesOf('cost');
    return {
      usedTokens: sumOf(valuesOf('tokens')),
      withoutCost: sumOf(valuesOf('without_cost')),
      ...(costs.length === 0 ? {} : { costMicroUsd: sumOf(costs) }),
    };
  }

  setTitleNumbers(row: number, numbers: AnswerNumbers): void {
    this.#setTitleNumbers.run(JSON.stringify(numbers), row);
  }
}
