import type { Worker } from 'node:cluster';
import type {
  AddressLeave,
  AddressReport,
  ConfigContent,
  MetricsSnapshot,
  ProcessPart,
} from '@postern/app';

/**
 * What the process that holds the control socket sends to its workers. It alone reads the configuration: `start`
 * is the first message. `metrics-text` answers a question, and `addresses` the reports of requests by address.
 */
export type WorkerMessage =
  | ({ readonly order: 'start' } & WorkerStart)
  | { readonly order: 'reload'; readonly content: ConfigContent }
  | { readonly order: WorkerOrder }
  | { readonly order: 'metrics-text'; readonly question: number; readonly text: string }
  | { readonly order: 'addresses'; readonly leaves: readonly AddressLeave[] };

/** What a worker starts with. */
export interface WorkerStart {
  readonly content: ConfigContent;
  /** Under which it holds parts of limits. */
  readonly processName: string;
  readonly part: ProcessPart;
}

/** `metrics`: to report its own metrics. */
export type WorkerOrder = 'lock' | 'stop' | 'metrics';

/** What a worker answers. `url`: it listens. `done`: an order is carried out. `question`: it wants the metrics of all. */
export type WorkerReport =
  | { readonly url: string }
  | { readonly done: 'lock' | 'reload' }
  | { readonly metrics: MetricsSnapshot }
  | { readonly question: number }
  | { readonly addresses: readonly AddressReport[] };

/** The file descriptor of a worker on which it gets the passphrase. */
export const WORKER_PASSPHRASE_FD = 4;

/** A worker that has just ended gets nothing. */
export function sendToWorker(worker: Worker, message: WorkerMessage): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}
