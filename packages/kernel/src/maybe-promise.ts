/**
 * The result of a port that a remote store may implement. A local adapter returns the value directly, so
 * that the hot path creates no promise. Failures are part of the value; a rejection is a bug.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Calls `use` with the value: immediately, unless it is a promise. */
export function whenReady<T>(
  value: MaybePromise<T>,
  use: (value: T) => void,
  onFault: (fault: unknown) => void,
): void {
  if (value instanceof Promise) value.then(use).catch(onFault);
  else use(value);
}
