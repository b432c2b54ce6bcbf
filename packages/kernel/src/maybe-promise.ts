/**
 * The answer of a port that a remote store may implement: an adapter over something local answers at once,
 * so that the hot path has no promise. A failure is in the value; a rejection is a fault.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with a value, within this call if it is there. */
export function whenReady<T>(
  value: MaybePromise<T>,
  use: (value: T) => void,
  onFault: (fault: unknown) => void,
): void {
  if (value instanceof Promise) value.then(use).catch(onFault);
  else use(value);
}
