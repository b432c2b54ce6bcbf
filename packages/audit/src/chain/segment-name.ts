const SEGMENT = /^audit-(\d{12})\.jsonl$/;

/** The name of the segment whose first record has this number. */
export function segmentName(firstSeq: number): string {
  return `audit-${String(firstSeq).padStart(12, '0')}.jsonl`;
}

/** The number of a segment's first record, from its name; undefined for other files. */
export function firstSeqOf(name: string): number | undefined {
  const [, digits] = SEGMENT.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** The segments among the names of a directory, oldest first. */
export function segmentsAmong(names: readonly string[]): readonly string[] {
  return names.filter((name) => SEGMENT.test(name)).toSorted();
}
