/**
 * Stops Node's diagnostic report from resolving the names of this process's connections, which
 * contacts a name server. Loaders of native packages read the report to distinguish glibc from
 * musl.
 */
export function keepReportOffTheNetwork(): void {
  Object.assign(process.report, { excludeNetwork: true });
}
