const guarded = new Set<NodeJS.WriteStream>();

/** Standard output, opened when it is first asked for. Its failures end no process. */
export function standardOutput(): NodeJS.WriteStream {
  return guard(process.stdout);
}

/** Standard error, likewise. What it does not take is lost: there is no other place to say so. */
export function standardError(): NodeJS.WriteStream {
  return guard(process.stderr);
}

/** An `error` event that nobody listens to (EPIPE, ENOSPC) would end the process with a stack trace. */
function guard(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!guarded.has(stream)) stream.on('error', () => undefined);
  guarded.add(stream);
  return stream;
}
