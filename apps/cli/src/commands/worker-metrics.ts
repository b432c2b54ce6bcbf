import type { Worker } from 'node:cluster';
import { setTimeout } from 'node:timers/promises';
import { createCombinedMetrics } from '@postern/app';
import { sendToWorker, type WorkerReport } from './worker-messages.ts';

/** Adds up the metrics of all workers, for the one that was asked for them. */
export interface WorkerMetrics {
  watch(worker: Worker): void;
}

/** A worker that doesn't answer in this time hangs. Prometheus waits for ten seconds. */
const ANSWER_TIMEOUT_MS = 1000;

/** @param running Every worker that hasn't ended. */
export function addUpMetrics(running: ReadonlySet<Worker>): WorkerMetrics {
  const combined = createCombinedMetrics();
  const listening = new Set<Worker>();
  /** Workers that were asked and haven't answered yet, each with a promise of its answer or its end. */
  const asked = new Map<Worker, PromiseWithResolvers<true>>();
  let collecting: Promise<string> | undefined;
  const answered = (worker: Worker): void => {
    asked.get(worker)?.resolve(true);
    asked.delete(worker);
  };
  const ask = async (worker: Worker): Promise<boolean> => {
    const pending = asked.get(worker) ?? Promise.withResolvers<true>();
    if (!asked.has(worker)) {
      asked.set(worker, pending);
      sendToWorker(worker, { order: 'metrics' });
    }
    return await Promise.race([pending.promise, setTimeout(ANSWER_TIMEOUT_MS, false)]);
  };
  const collect = async (): Promise<string> => {
    const answers = await Promise.all([...listening].map(ask));
    const silent = answers.filter((isAnswered) => !isAnswered).length;
    const starting = running.size - listening.size;
    return await combined.text({ answering: listening.size - silent, silent, starting });
  };
  const answer = async (worker: Worker, question: number): Promise<void> => {
    // Questions at the same time get the same sums.
    collecting ??= collect().finally(() => {
      collecting = undefined;
    });
    sendToWorker(worker, { order: 'metrics-text', question, text: await collecting });
  };
  const reported = (worker: Worker, report: WorkerReport): void => {
    // A report can arrive after the end of its worker, which must not count twice.
    if (!running.has(worker)) return;
    if ('url' in report) listening.add(worker);
    else if ('metrics' in report) {
      combined.keep(worker.id, report.metrics);
      answered(worker);
    } else if ('question' in report) {
      // A worker without an answer says so itself, after a while.
      answer(worker, report.question).catch(() => undefined);
    }
  };
  return {
    watch: (worker) => {
      worker.on('message', (report: WorkerReport) => {
        reported(worker, report);
      });
      worker.once('exit', () => {
        listening.delete(worker);
        answered(worker);
        combined.ended(worker.id);
      });
    },
  };
}
