import type { Worker } from 'node:cluster';
import { SharedAddressLimits, type ConfigContent } from '@postern/app';
import type { Clock } from '@postern/kernel';
import { sendToWorker, type WorkerReport } from './worker-messages.ts';

/** Counts the requests of each address over all workers. */
export interface WorkerAddresses {
  watch(worker: Worker): void;
}

export function countAddresses(clock: Clock, content: () => ConfigContent): WorkerAddresses {
  const shared = new SharedAddressLimits<Worker>({
    clock,
    limits: () => content().loaded.config.gateway.perAddress,
    send: (worker, leaves) => {
      sendToWorker(worker, { order: 'addresses', leaves });
    },
  });
  return {
    watch: (worker) => {
      worker.on('message', (report: WorkerReport) => {
        // A report can arrive after the end of its worker.
        if ('addresses' in report && !worker.isDead()) shared.received(worker, report.addresses);
      });
      worker.once('exit', () => {
        shared.ended(worker);
      });
    },
  };
}
