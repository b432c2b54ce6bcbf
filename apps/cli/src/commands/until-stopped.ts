/** Waits for the first SIGINT or SIGTERM. A second signal ends the process without waiting. */
export function untilStopped(): {
  readonly stopped: Promise<undefined>;
  readonly stop: () => void;
} {
  const stopped = Promise.withResolvers<undefined>();
  const onFirst = (): void => {
    process.off('SIGINT', onFirst);
    process.off('SIGTERM', onFirst);
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    stopped.resolve(undefined);
  };
  process.on('SIGINT', onFirst);
  process.on('SIGTERM', onFirst);
  return { stopped: stopped.promise, stop: onFirst };
}
