/** How many models can answer one question at once. */
export const MAX_COMPARED_MODELS = 4;

/** The place of an answer in a comparison: the answers of several models to one question. */
export interface ComparisonPlace {
  /** The same for all its answers. */
  readonly id: string;
  /** From 0. If an answer was requested again, the newest one in a column is shown. */
  readonly column: number;
}
