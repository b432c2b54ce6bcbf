/** The origin of an exported record, added to its own content. */
export interface ExportContext {
  /** The product's version. */
  readonly version: string;
  /** This machine's name. */
  readonly hostname: string;
}
