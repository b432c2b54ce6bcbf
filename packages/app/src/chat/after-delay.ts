/** Runs the work once after the delay; the returned function cancels it. */
export function afterDelay(work: () => void, delayMs: number): () => void {
  const timer = setTimeout(work, delayMs);
  return () => {
    clearTimeout(timer);
  };
}
