import { connectToBus } from './secret-service/bus-connection.ts';
import { READ_DEFAULT_ALIAS } from './secret-service/read-item.ts';

/**
 * Whether the Secret Service on that session bus is alive: it is asked which collection `default`
 * stands for, which needs nothing unlocked. False also where the address is none that can be asked
 * (only Unix sockets are), where the service is gone, and where it takes longer than the time limit.
 *
 * Why: KeePassXC leaves a search unanswered while it asks the person for the password, which its
 * caller cannot tell from a service that hangs.
 */
export async function secretServiceAnswers(
  busAddress: string,
  timeLimitMs: number,
): Promise<boolean> {
  using bus = connectToBus(busAddress);
  if (bus === undefined) return false;
  const timer = setTimeout(() => {
    bus[Symbol.dispose]();
  }, timeLimitMs);
  try {
    return (await bus.call(READ_DEFAULT_ALIAS)) !== undefined;
  } finally {
    clearTimeout(timer);
  }
}
