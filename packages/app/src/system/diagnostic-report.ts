/**
 * Keeps Node's diagnostic report from looking up the names of this process's connections: that asks a
 * name server. Loaders of native packages read the report to tell glibc from musl.
 */
export function keepReportOffTheNetwork(): void {
  Object.assign(process.report, { excludeNetwork: true });
}
