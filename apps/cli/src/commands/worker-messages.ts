/** What the process that holds the control socket tells its workers. */
export type WorkerOrder = 'lock' | 'reload' | 'stop';

/** What a worker answers. `url`: it listens. The others: an order is carried out. */
export type WorkerReport = { readonly url: string } | { readonly done: 'lock' | 'reload' };

/** The file descriptor of a worker on which it gets the passphrase. */
export const WORKER_PASSPHRASE_FD = 4;
