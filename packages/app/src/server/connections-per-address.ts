import { networkOf } from '@postern/gateway';
import type { Socket } from 'node:net';
import { plainAddress } from './client-address.ts';

/** Counts the connections of each address, so that no client can use up those of the process. */
export class ConnectionsPerAddress {
  readonly #limitOf: (address: string) => number;
  readonly #open = new Map<string, number>();

  /** @param limitOf The most connections for the clients of an address, whenever one connects. */
  constructor(limitOf: (address: string) => number) {
    this.#limitOf = limitOf;
  }

  /** Counts a new connection until it is closed. False if its address has as many as it may have. */
  admit(socket: Pick<Socket, 'remoteAddress' | 'once'>): boolean {
    const address = plainAddress(socket.remoteAddress ?? '');
    const network = networkOf(address);
    const open = this.#open.get(network) ?? 0;
    if (open >= this.#limitOf(address)) return false;
    this.#open.set(network, open + 1);
    socket.once('close', () => {
      const left = (this.#open.get(network) ?? 1) - 1;
      if (left === 0) this.#open.delete(network);
      else this.#open.set(network, left);
    });
    return true;
  }
}
