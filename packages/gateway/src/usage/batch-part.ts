/** Something else that is written in the transaction of each batch of usage. */
export interface BatchPart {
  readonly hasWork: boolean;
  /** Writes inside the transaction. The returned function is called once it is committed. */
  write(): () => void;
}
