const guarded = new Set<NodeJS.WriteStream>();

/** Standard output, opened on first use. Its errors don't end the process. */
export function standardOutput(): NodeJS.WriteStream {
  return guard(process.stdout);
}

/**
 * Standard error, likewise. Text that it doesn't accept is lost, because there is no other place
 * for it.
 */
export function standardError(): NodeJS.WriteStream {
  return guard(process.stderr);
}

/**
 * Without a listener, an `error` event (EPIPE, ENOSPC) would end the process with a stack trace.
 */
function guard(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!guarded.has(stream)) stream.on('error', () => undefined);
  guarded.add(stream);
  return stream;
}
