import type { Result } from '@postern/kernel';
import type { DatabaseFailure } from '@postern/database';
import type { DialectId, GatewayKeyId, ProviderId, Usage } from '@postern/protocol';

/** One request as it is kept: what it cost, nothing of what it said. */
export interface UsageEntry {
  readonly keyId: GatewayKeyId;
  /** When it arrived. */
  readonly atMs: number;
  readonly provider: ProviderId;
  /** As the upstream was asked for it. */
  readonly model: string;
  readonly dialect: DialectId;
  /** The HTTP status that the client got, or 499 where it left before there was one. */
  readonly status: number;
  readonly streamed: boolean;
  /** `aborted`: the client left. `cut`: the upstream did. */
  readonly ending: 'complete' | 'aborted' | 'cut';
  readonly usage: Usage;
  /** True where the upstream gave no final counts and they were worked out from lengths. */
  readonly estimated: boolean;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly answerBytes: number;
}

/** Sums over the requests of one key. */
export interface UsageTotals {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

export interface UsageLog {
  /**
   * Takes an entry. It is written within 200 ms, so that a kill can't lose it any more, and is on the
   * disk itself soon after; `flush` and closing wait for the disk.
   */
  record(entry: UsageEntry): void;
  /** True while so many entries wait for a disk that refuses them that no more may be taken on. */
  isFull(): boolean;
  /** Writes what is waiting and waits for the disk. A failure keeps it waiting. */
  flush(): Result<undefined, DatabaseFailure>;
  /** Totals of what is on disk and what is waiting. */
  usageOf(keyId: GatewayKeyId): Result<UsageTotals, DatabaseFailure>;
}
