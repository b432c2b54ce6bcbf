import type { Result } from '@postern/kernel';
import type { DatabaseFailure } from '@postern/database';
import type { CallTimes } from '../http/call-timer.ts';
import type { DialectId, GatewayKeyId, ProviderId, Usage } from '@postern/protocol';

/** The usage of one request, without its content. */
export interface UsageEntry {
  /** Postern's id of the request, which the client got too. */
  readonly requestId: string;
  readonly keyId: GatewayKeyId;
  /** When it arrived. */
  readonly atMs: number;
  readonly provider: ProviderId;
  /** The model name sent to the upstream. */
  readonly model: string;
  readonly dialect: DialectId;
  /** The HTTP status sent to the client, or 499 if the client disconnected before that. */
  readonly status: number;
  readonly streamed: boolean;
  /** `aborted`: the client disconnected. `cut`: the upstream's response was cut off. */
  readonly ending: 'complete' | 'aborted' | 'cut';
  readonly usage: Usage;
  /** The upstream's own id of the request, if it sent one. */
  readonly upstreamRequestId?: string;
  /** Whether the counts are estimated from lengths, because the upstream sent no final counts. */
  readonly estimated: boolean;
  /** Millionths of a US dollar, rounded up. */
  readonly costMicroUsd: number;
  readonly durationMs: number;
  readonly times: CallTimes;
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
   * Records an entry. It is written within 200 ms, after which it survives a kill, and is synced to the disk soon
   * after. `flush` and closing wait for the sync.
   */
  record(entry: UsageEntry): void;
  /** Whether too many entries wait for a failing disk, so that new calls must be refused. */
  isFull(): boolean;
  /** Writes the waiting entries and syncs the disk. After a failure they keep waiting. */
  flush(): Result<undefined, DatabaseFailure>;
  /** Totals of written and waiting entries. */
  usageOf(keyId: GatewayKeyId): Result<UsageTotals, DatabaseFailure>;
}
